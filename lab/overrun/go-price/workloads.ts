/** The workloads whose price is measured: lab/overrun/go/price/ has a file for each. */
export const WORKLOAD_NAMES = ['gcbench', 'binary-trees', 'lru', 'requests', 'documents'] as const
export type WorkloadName = (typeof WORKLOAD_NAMES)[number]
