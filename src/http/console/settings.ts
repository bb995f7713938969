/** `/_admin/v1/settings`: the configuration in force with where each value comes from, the store and the nodes. Read-only. */
import { isoMs } from '../../domain/dates.ts';
import { refuse } from '../../domain/errors.ts';
import type { Answer } from '../answer.ts';
import type { Call } from '../context.ts';
import { answer, type ConsoleModule } from './module.ts';

async function fetchSettings(call: Call): Promise<Answer> {
  const { store, clock, risk, console: parts } = call.context;
  const room = parts?.settings;
  if (!room) throw refuse(20404, { path: call.meta.path });
  const [facts, stats] = await Promise.all([store.facts(clock.now()), store.stats()]);
  return answer({
    mode: room.mode,
    version: parts.version,
    file: room.file,
    settings: room.settings.map(({ isSecret, ...rest }) => ({ ...rest, is_secret: isSecret })),
    tables: room.tables,
    store: {
      engine: facts.engine,
      engine_version: facts.engineVersion,
      size_bytes: facts.sizeBytes,
      schema: facts.schema.at(-1) ?? null,
      migrations: facts.schema.length,
      risk: risk ?? null,
      messages: Object.values(stats.messagesByStatus).reduce((sum, count) => sum + count, 0),
      messages_by_status: stats.messagesByStatus,
      waiting: {
        sends: stats.sendsDue,
        callbacks: stats.callbacksDue,
        releases: stats.releasesDue,
        fetches: stats.fetchesDue,
        replies: stats.repliesDue,
      },
    },
    this_node: { name: room.node.name, roles: room.node.roles, started_at: isoMs(room.node.startedAt) },
    nodes: facts.nodes.map(({ owner, address, roles, aliveUntil }) => ({
      ...{ owner, address, roles },
      alive_until: isoMs(aliveUntil),
    })),
  });
}

export const SETTINGS: ConsoleModule = {
  operator: [{ path: 'settings', verbs: { GET: fetchSettings } }],
  docs: {
    'GET settings': {
      summary:
        'Every setting in force with its origin (flag, env, file, default), secrets masked; the store and the nodes.',
    },
  },
};
