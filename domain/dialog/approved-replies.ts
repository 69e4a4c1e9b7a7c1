import { fixedReplies } from './bank-replies.ts';
import { intentNames, intents } from './intents.ts';
import { identifications, say } from './say.ts';

/** Everything approved that is said as it stands, whoever calls and whatever about: it can be speech before anybody hears it. */
export function approvedReplies(): string[] {
  const { identify, identifyAgain, goOn, which, offerArticle: _articles, unsure: _intents, offer, onlyEnglish, ...fixed } = say;
  return [
    ...identifications.flatMap((need) => [identify(need), identifyAgain(need), goOn(need), which(need)]),
    ...intentNames.filter((intent) => intents[intent].kind !== 'talk').map(offer),
    ...Object.values(fixed),
    ...Object.values(onlyEnglish),
    ...Object.values(fixedReplies),
  ];
}
