/** Routing as configured, for who puts the rooms together: the connectors behind the staging guard, and who gets what. */
import type { Config } from './config.ts';
import type { Connector } from './connectors/connector.ts';
import { guarded } from './connectors/guarded.ts';
import type { CarriedChannel } from './domain/routes.ts';
import { mayText, NO_GUARD } from './domain/safety.ts';
import { makeRouter, type Router } from './engine/router.ts';

type Wanted = Config['connectors'];
type RoutedConfig = Pick<Config, 'mode' | 'connectors' | 'routes' | 'safety'>;

/** In place of a carrier, for those who may not be written to. */
const STAND_IN = 'simulated';
const SIMULATED: Wanted = [{ kind: 'simulated', name: STAND_IN }];

/** The connectors to be made: in `dev` the simulated one alone, which needs no guard. */
export function wantedConnectors({ mode, connectors, safety }: Pick<Config, 'mode' | 'connectors' | 'safety'>): Wanted {
  if (mode === 'dev') return SIMULATED;
  const isStandIn = safety.allowTo !== null && safety.others === 'simulate' && safety.redirectAll === null;
  return isStandIn && !connectors.some(({ kind }) => kind === 'simulated') ? [...connectors, ...SIMULATED] : connectors;
}

/** Whom messages reach: real people, simulated phones alone, or nobody, as production without a carrier. */
export type Reach = 'people' | 'phones' | 'nobody';

/** The one truth of the banner and of the console's badge. Where any message can leave, it is `people`. */
export function reachOf(config: Pick<Config, 'mode' | 'connectors' | 'safety'>): Reach {
  const wanted = wantedConnectors(config);
  if (wanted.some(({ kind }) => kind !== 'simulated')) return 'people';
  return wanted.length === 0 ? 'nobody' : 'phones';
}

/** What a connector will be able to carry, told from its settings alone; `null`: everything. */
export function carriedBy(setting: Wanted[number]): readonly CarriedChannel[] | null {
  switch (setting.kind) {
    case 'simulated':
      return null;
    case 'smpp':
      return ['sms'];
    case 'whatsapp':
      return ['whatsapp'];
    case 'http':
      return setting.http.carries;
  }
}

export interface Routing {
  /** Behind the guard. */
  connectors: Connector[];
  router: Router;
  /** Refuses at create; left out: nobody is refused, or they are given to the simulated carrier. */
  mayText?: (to: string) => boolean;
}

export function makeRouting(
  config: RoutedConfig,
  made: readonly Connector[],
  isAway: (connector: string) => boolean,
  isPaused: (connector: string) => boolean = () => false,
): Routing {
  const simulated = simulatedIn(config);
  // Where nothing leaves, nobody has to be guarded.
  const safety = made.every(({ name }) => simulated.has(name)) ? NO_GUARD : config.safety;
  const { router, isRefusing } = routerOf({ ...config, safety }, made, isAway, isPaused);
  return {
    connectors: made.map((connector) => (simulated.has(connector.name) ? connector : guarded(connector, safety))),
    router,
    ...(isRefusing && { mayText: (to: string) => mayText(safety, to) }),
  };
}

/** What the router of a server with these settings would say while all its carriers are there. */
export function plannedRouter(config: RoutedConfig): Router {
  const planned = wantedConnectors(config).map((one) => ({ name: one.name, carries: carriedBy(one) ?? undefined }));
  return routerOf(config, planned, () => false).router;
}

function routerOf(
  config: RoutedConfig,
  made: readonly Pick<Connector, 'name' | 'carries'>[],
  isAway: (connector: string) => boolean,
  isPaused?: (connector: string) => boolean,
): { router: Router; isRefusing: boolean } {
  const { safety } = config;
  const [standIn] = simulatedIn(config);
  const others = safety.others === 'simulate' ? standIn : undefined;
  const named = new Set(config.connectors.map(({ name }) => name));
  const makes = new Set(made.map(({ name }) => name));
  const router = makeRouter({
    // One that was added for those others alone is nobody else's.
    connectors: others === undefined ? made : made.filter(({ name }) => named.has(name) || name !== others),
    // In `dev` there are none of the carriers that the file may name.
    routes: config.routes.filter(({ connector }) => makes.has(connector)),
    isAway,
    isPaused,
    instead: (to) =>
      others === undefined || mayText(safety, to)
        ? null
        : { connector: others, why: 'its recipient is not in safety.allow_to' },
    ...(safety.redirectAll !== null && { remark: `goes to ${safety.redirectAll} (safety.redirect_all)` }),
  });
  return { router, isRefusing: others === undefined && safety.allowTo !== null };
}

function simulatedIn(config: RoutedConfig): Set<string> {
  return new Set(wantedConnectors(config).flatMap(({ kind, name }) => (kind === 'simulated' ? [name] : [])));
}
