// Waiting lines in steady state, for capacity planning and as truths for the simulator (anchors 26 and 27).

export interface QueueMeans {
  /** Customers in the system, L; by Little's law arrivals·timeInSystem. */
  readonly inSystem: number;
  readonly waiting: number;
  readonly timeInSystem: number;
  readonly timeWaiting: number;
}

/** M/M/1 with arrival rate λ and service rate μ; infinite from λ = μ on. */
export function singleServerQueue(arrivalRate: number, serviceRate: number): QueueMeans {
  const load = arrivalRate / serviceRate;
  const inSystem = load < 1 ? load / (1 - load) : Number.POSITIVE_INFINITY;
  const timeInSystem = inSystem / arrivalRate;
  return { inSystem, timeInSystem, waiting: inSystem * load, timeWaiting: timeInSystem * load };
}

/** Erlang B: probability that all c servers are busy and a customer is lost, at an offered load a = λ / μ. */
export function erlangB(servers: number, offeredLoad: number): number {
  let blocking = 1;
  for (let count = 1; count <= servers; count += 1) {
    blocking = (offeredLoad * blocking) / (count + offeredLoad * blocking);
  }
  return blocking;
}

/** Erlang C: probability that a customer has to wait; 1 from a = c on. */
export function erlangC(servers: number, offeredLoad: number): number {
  if (offeredLoad >= servers) return 1;
  const blocking = erlangB(servers, offeredLoad);
  return (servers * blocking) / (servers - offeredLoad * (1 - blocking));
}

/** Mean wait of M/M/c, in mean service times 1 / μ: C / (c − a); infinite from a = c on. */
export function erlangWait(servers: number, offeredLoad: number): number {
  if (offeredLoad >= servers) return Number.POSITIVE_INFINITY;
  return erlangC(servers, offeredLoad) / (servers - offeredLoad);
}

/** Fewest servers at which at most a share of customers waits. */
export function serversNeeded(offeredLoad: number, waitingShareMax: number): number {
  let servers = Math.max(1, Math.ceil(offeredLoad));
  while (erlangC(servers, offeredLoad) > waitingShareMax) servers += 1;
  return servers;
}
