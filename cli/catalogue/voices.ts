import type { Group } from './entry.ts';

const batch = async () => (await import('../commands/batch.ts')).addBatchCommands;
const engines = async () => (await import('../commands/engines.ts')).addEngineCommands;
const messages = async () => (await import('../commands/messages.ts')).addMessageCommands;
const speech = async () => (await import('../commands/speech.ts')).addSpeechCommands;
const tryVoices = async () => (await import('../commands/voices.ts')).addVoiceCommands;

export const voices: Group = {
  title: 'Voices',
  entries: [
    {
      name: 'stt-test',
      summary: 'Transcribe a WAV file.',
      examples: ['voicebot stt-test --input question.wav'],
      add: speech,
    },
    {
      name: 'tts-test',
      summary: 'Speak a text into a WAV file.',
      examples: ['voicebot tts-test --text "Good morning." --output morning.wav'],
      add: speech,
    },
    {
      name: 'demo',
      summary: 'Hear each voice that is there, by the same words.',
      examples: ['voicebot demo', 'voicebot demo --engines kokoro,zonos'],
      add: tryVoices,
    },
    {
      name: 'test',
      summary: 'Test voices: spoken, and understood again.',
      examples: ['voicebot test nari-proper', 'voicebot test nari-quick', 'voicebot test tts-comparison'],
      add: tryVoices,
    },
    {
      name: 'engines',
      summary: 'Engines that speak.',
      examples: ['voicebot engines list', 'voicebot engines load zonos', 'voicebot engines unload zonos'],
      add: engines,
    },
    {
      name: 'batch',
      summary: 'Messages that are made in batches.',
      examples: [
        'voicebot batch create messages.csv --wait',
        'voicebot batch status my-batch',
        'voicebot batch schedule messages.csv --id nightly --cron "0 2 * * *"',
        'voicebot batch schedules',
        'voicebot batch run-now nightly',
        'voicebot batch unschedule nightly',
        'voicebot batch list',
        'voicebot batch watch my-batch',
        'voicebot batch items my-batch',
        'voicebot batch pause my-batch',
        'voicebot batch resume my-batch',
        'voicebot batch cancel my-batch',
        'voicebot batch retry my-batch',
        'voicebot batch download my-batch --rendition opus',
      ],
      add: batch,
    },
    {
      name: 'messages',
      summary: 'Recorded messages that calls play.',
      examples: [
        'voicebot messages list',
        'voicebot messages approve hello --by Ann',
        'voicebot messages show hello',
        'voicebot messages play hello --output hello.wav',
        'voicebot messages reject hello --by Ann',
        'voicebot messages import recordings/ --language en',
        'voicebot messages export folder/ --rendition ulaw',
      ],
      add: messages,
    },
  ],
};
