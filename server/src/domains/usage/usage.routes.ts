import type { contract, Usage } from '@som3d/contract';
import { countOf } from '../../db/locks/rate-limit.ts';
import type { Deps } from '../../deps.ts';
import { actorOf, type Actor } from '../../http/context.ts';
import type { Handlers } from '../../http/router.ts';
import { messageBucket, noteBucket, storedLimit, whyNoUploads } from './quotas.ts';
import { countOpenCheckouts, countStates, readJobUsage } from './usage.queries.ts';

async function readUsage({ orm, config, clock }: Deps, actor: Actor): Promise<Usage> {
  const em = orm.em.fork();
  const now = clock();
  // A doctor without a profile row owns nothing yet: no row has the id 0.
  const id_medico = actor.id_medico ?? 0;
  const jobs = await readJobUsage(em, actor.id_usuario, config.SOM3D_KEEP_INPUT);
  return {
    trabajos_en_espera: { uso: jobs.waiting, limite: config.SOM3D_QUOTA_WAITING_JOBS },
    bytes_almacenados: { uso: jobs.bytes, limite: storedLimit(config) },
    notas_24h: { uso: await countOf(em, noteBucket(actor), now), limite: config.SOM3D_QUOTA_NOTES_PER_DAY },
    estados_visor: { uso: await countStates(em, id_medico), limite: config.SOM3D_QUOTA_VIEWER_STATES },
    mensajes_24h: { uso: await countOf(em, messageBucket(actor), now), limite: config.SOM3D_QUOTA_MESSAGES_PER_DAY },
    pagos_abiertos: {
      uso: await countOpenCheckouts(em, { id_medico }, now),
      limite: config.SOM3D_QUOTA_OPEN_CHECKOUTS,
    },
    subidas: {
      requiere: config.uploadRequires,
      permitidas: (await whyNoUploads(em, config, actor)) === null,
    },
  };
}

/** What an account uses and may use, over HTTP. */
export function usageRoutes(deps: Deps): Handlers<typeof contract.usage> {
  return {
    mine: async ({ req }) => ({ status: 200, body: await readUsage(deps, actorOf(req)) }),
  };
}
