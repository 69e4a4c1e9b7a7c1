import { Command } from 'commander';
import { version } from '../config/version.ts';
import { addAdapterCommands } from './commands/adapters.ts';
import { addAssistantCommands } from './commands/assistant.ts';
import { addAuditCommands } from './commands/audit.ts';
import { addBackupCommands } from './commands/backup.ts';
import { addBatchCommands } from './commands/batch.ts';
import { addCacheCommands } from './commands/cache.ts';
import { addCallCommands } from './commands/calls.ts';
import { addConfigCommand } from './commands/config.ts';
import { addDataLifeCommands } from './commands/data-life.ts';
import { addDeploymentCommands } from './commands/deployment.ts';
import { addEngineCommands } from './commands/engines.ts';
import { addKeyCommands } from './commands/keys.ts';
import { addKnowledgeCommands } from './commands/knowledge.ts';
import { addLiveCommand } from './commands/live.ts';
import { addMessageCommands } from './commands/messages.ts';
import { addModelsCommand } from './commands/models.ts';
import { addServiceCommands } from './commands/services.ts';
import { addSpeechCommands } from './commands/speech.ts';
import { addTenantCommands } from './commands/tenants.ts';
import { addTurnCommands } from './commands/turns.ts';

/** The `voicebot` command. */
export function createProgram(): Command {
  const program = new Command('voicebot')
    .description('Durable voice calls for bank contact centres.')
    .version(version)
    .showHelpAfterError()
    .enablePositionalOptions();
  addServiceCommands(program);
  addCallCommands(program);
  addLiveCommand(program);
  addTurnCommands(program);
  addKnowledgeCommands(program);
  addAssistantCommands(program);
  addCacheCommands(program);
  addAdapterCommands(program);
  addSpeechCommands(program);
  addEngineCommands(program);
  addBatchCommands(program);
  addMessageCommands(program);
  addConfigCommand(program);
  addModelsCommand(program);
  addKeyCommands(program);
  addTenantCommands(program);
  addAuditCommands(program);
  addDataLifeCommands(program);
  addBackupCommands(program);
  addDeploymentCommands(program);
  return program;
}
