import { copyFile, mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';

const shipped = new URL('../../docker/asterisk/', import.meta.url);

/** What the container writes before it starts Asterisk, which is not there to try it. */
async function configured(env: Record<string, string>) {
  const folder = await mkdtemp(join(tmpdir(), 'voicebot-asterisk-'));
  await copyFile(new URL('extensions.conf', shipped), join(folder, 'extensions.conf'));
  const started = await execa('sh', [new URL('start.sh', shipped).pathname], {
    env: { ASTERISK_CONFIG: folder, ASTERISK: 'true', ...env },
    reject: false,
  });
  const read = (name: string) => readFile(join(folder, name), 'utf8');
  return {
    exitCode: started.exitCode,
    pjsip: await read('pjsip.conf'),
    dialplan: await read('extensions.conf'),
    globals: await read('globals.conf').catch(() => ''),
  };
}

describe('the telephone system of the compose file', () => {
  it('lets nobody register without a password, and knows no trunk unless there is one', async () => {
    const { pjsip } = await configured({});
    expect(pjsip).toContain('[transport]');
    expect(pjsip).not.toMatch(/type=(endpoint|auth|registration)/);
  });

  it('has a softphone and a trunk that talk to the bot', async () => {
    const { pjsip, dialplan, globals } = await configured({
      ...{ SOFTPHONE_PASSWORD: 'p$w %s', TRUNK_HOST: 'sip.provider.test', TRUNK_USER: 'bank', TRUNK_PASSWORD: 'secret' },
      TRANSFER_EXTENSION: '101',
    });
    expect(pjsip).toContain('password=p$w %s\n');
    expect(pjsip).toContain('client_uri=sip:bank@sip.provider.test');
    expect(pjsip.match(/context=voicebot/g)).toHaveLength(2);
    expect(dialplan).toMatch(/AudioSocket\(.*CALL_ID.*ENV\(VOICEBOT_AUDIOSOCKET\)/);
    expect(dialplan).toContain('#include globals.conf');
    expect(globals).toContain('TRANSFER_EXTENSION=101');
  });

  it.each(['docker/asterisk/extensions.conf', 'docs/telephony.md'])(
    'asks what comes next whatever becomes of a line, and goes to places that are there: %s',
    async (file) => {
      const dialplan = await readFile(new URL(`../../${file}`, import.meta.url), 'utf8');
      expect(dialplan).toMatch(/TryExec\(AudioSocket\(/);
      expect(dialplan).toContain('/next?words=1');
      const labels = [...dialplan.matchAll(/^ same => n\((\w+)\)/gm)].map(([, label]) => label);
      const targets = [...dialplan.matchAll(/GotoIf\([^?]*\?([\w:]+)\)|Goto\((\w+)\)/g)].flatMap(([, some = '', one = '']) =>
        (some || one).split(':'),
      );
      expect(targets.length).toBeGreaterThan(3);
      expect(labels).toEqual(expect.arrayContaining(targets));
    },
  );

  it('does not start with half a trunk', async () => {
    expect((await configured({ TRUNK_HOST: 'sip.provider.test' })).exitCode).not.toBe(0);
  });
});
