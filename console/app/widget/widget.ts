/**
 * A button that calls the bot, for the bank's own pages:
 *
 *   <script src="https://voice.example.bank/widget.js" data-token-url="/voice-token" defer></script>
 *
 * `data-token-url`: an address of the bank's own that answers `{"token": "…", "session": "…"}`, as `POST /tokens` does, for whoever is
 * logged in there. Or `data-token` and `data-session`, for one connection. `data-label`, `data-greet="false"`, `data-voice`.
 * By script: `Voicebot.mount({ token: async () => ({ token, session }) })`.
 */
import { BrowserCall, type CallState, type Floor } from '../talk/call.ts';

interface Ticket {
  readonly token?: string | undefined;
  readonly session: string;
}

interface WidgetOptions {
  /** Asked for each connection: a token opens one. */
  readonly token: () => Promise<Ticket>;
  readonly label?: string | undefined;
  readonly greet?: boolean | undefined;
  readonly voice?: string | undefined;
  /** Where the service is; where this script came from when unset. */
  readonly baseUrl?: string | undefined;
}

const script = document.currentScript as HTMLScriptElement | null;
const home = script ? new URL(script.src).origin : location.origin;

const titles: Readonly<Record<Floor, string>> = {
  idle: '',
  connecting: 'Connecting',
  listening: 'Listening',
  caller: 'You are speaking',
  thinking: 'One moment',
  bot: 'Speaking',
  reconnecting: 'Reconnecting',
  ended: 'Call ended',
};

const styles = `
:host { all: initial; position: fixed; right: 20px; bottom: 20px; z-index: 2147483000; font: 15px/1.45 system-ui, sans-serif; color-scheme: light dark; }
* { box-sizing: border-box; }
button { font: inherit; font-weight: 600; border: 0; border-radius: 99px; padding: 12px 20px; cursor: pointer; background: light-dark(#0c5c4c, #62d6b4); color: light-dark(#fff, #06231b); }
button:focus-visible { outline: 3px solid light-dark(#0b63ce, #8ab8ff); outline-offset: 2px; }
section { width: min(340px, calc(100vw - 40px)); margin-bottom: 10px; padding: 16px; border-radius: 16px; border: 1px solid light-dark(#dedbd2, #2a302d); background: light-dark(#fffefb, #171b19); color: light-dark(#1a1d1b, #eceee9); box-shadow: 0 12px 40px -12px rgb(0 0 0 / 35%); }
section[hidden] { display: none; }
p { margin: 0; }
.state { font-weight: 600; }
.said { margin-top: 8px; max-height: 180px; overflow-y: auto; display: grid; gap: 8px; }
.caller { color: light-dark(#9a4a17, #f0a774); }
.problem { margin-top: 8px; color: light-dark(#a8281e, #ff9a8f); }
footer { display: flex; justify-content: flex-end; }
`;

function mount({ token, label = 'Talk to us', greet = true, voice, baseUrl = home }: WidgetOptions): () => void {
  const host = document.createElement('div');
  const shadow = host.attachShadow({ mode: 'open' });
  // No style element: pages with a strict policy refuse those.
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(styles);
  shadow.adoptedStyleSheets = [sheet];
  const panel = element('section', { role: 'region', 'aria-label': label });
  panel.hidden = true;
  const state = element('p', { class: 'state', 'aria-live': 'polite' });
  const said = element('div', { class: 'said', 'aria-live': 'polite' });
  const problem = element('p', { class: 'problem', role: 'alert' });
  panel.append(state, said, problem);
  const button = element('button', { type: 'button' });
  button.textContent = label;
  const foot = element('footer', {});
  foot.append(button);
  shadow.append(panel, foot);
  document.body.append(host);

  const call = new BrowserCall();
  const show = ({ floor, turns, error }: CallState) => {
    state.textContent = titles[floor];
    button.textContent = call.active ? 'Hang up' : label;
    const { message = '', hint = '' } = (error ?? {}) as { message?: string; hint?: string };
    problem.textContent = [message, hint].filter(Boolean).join(' ');
    said.replaceChildren(
      ...turns.slice(-4).flatMap(({ caller, bot }) => [line('caller', caller), line('bot', bot)].flatMap((one) => one ?? [])),
    );
    said.scrollTop = said.scrollHeight;
  };
  const unsubscribe = call.subscribe(() => show(call.snapshot()));
  button.addEventListener('click', async () => {
    if (call.active) return call.hangUp();
    panel.hidden = false;
    try {
      const first = await token();
      let unused: Ticket | undefined = first;
      await call.start({
        ...{ baseUrl, sessionId: first.session, greet, voice, assets: `${baseUrl}/console/assets` },
        token: async () => {
          const ticket: Ticket = unused ?? (await token());
          unused = undefined;
          return ticket.token;
        },
      });
    } catch (error) {
      const { message = 'The call could not be started.' } = error as { message?: string };
      problem.textContent = message;
    }
  });
  return () => {
    unsubscribe();
    void call.leave();
    host.remove();
  };
}

function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Readonly<Record<string, string>>,
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

function line(who: 'caller' | 'bot', text: string): HTMLElement | undefined {
  if (!text) return undefined;
  const made = element('p', { class: who });
  made.textContent = text;
  return made;
}

async function ticketFrom(url: string): Promise<Ticket> {
  const response = await fetch(url, { method: 'POST' });
  if (!response.ok) throw new Error('The call could not be authorised.');
  return (await response.json()) as Ticket;
}

Object.assign(globalThis, { Voicebot: { mount } });

const { tokenUrl, token, session, label, greet, voice } = script?.dataset ?? {};
if (tokenUrl || session) {
  const begin = () =>
    mount({
      token: async () => (tokenUrl ? ticketFrom(tokenUrl) : { token, session: session ?? '' }),
      label,
      greet: greet !== 'false',
      voice,
    });
  if (document.body) begin();
  else addEventListener('DOMContentLoaded', begin, { once: true });
}
