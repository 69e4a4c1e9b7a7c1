const weekdays = '(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|Mon|Tues?|Wed|Thurs?|Fri|Sat|Sun';

/** Typography, markup and addresses as words: what a model writes, but nobody says. */
export function plainText(text: string): string {
  return text
    .normalize('NFC')
    .replace(/[‘’]/g, "'")
    .replace(/[“”]/g, '"')
    .replace(/[\u00A0\u2000-\u200A\u202F]/g, ' ')
    .replace(/[\u200B-\u200D\uFEFF]/g, '')
    .replace(new RegExp(`\\b(${weekdays})\\s*[-–]\\s*(?=(?:${weekdays})\\b)`, 'gi'), '$1 to ')
    .replace(/\s+[-–—]\s+/g, ', ')
    .replace(/\[([^\]]+)\]\([^)]+\)/g, '$1')
    .replace(/(?<![*_`#])[*_`#]{1,3}(?=[^\s*_`#])|(?<=[^\s*_`#])[*_`#]{1,3}(?![*_`#\w])/g, '')
    .replace(/\p{Extended_Pictographic}/gu, '')
    .replace(/\bhttps?:\/\//gi, '')
    .replace(/\bwww\./gi, '')
    .replace(/([\w.+-]+)@([\w-]+(?:\.[\w-]+)+)/g, (_all, user: string, host: string) => `${dots(user)} at ${dots(host)}`)
    .replace(/\b[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|co|uk|eu|io|bank|gov|edu|info)\b(?:\/[\w/-]*)?/gi, (address) =>
      dots(address).replace(/\//g, ' slash '),
    )
    .replace(/\b24\/7\b/g, 'twenty-four seven')
    .replace(/\band\/or\b/gi, 'and or');
}

const dots = (text: string) => text.replace(/\./g, ' dot ');
