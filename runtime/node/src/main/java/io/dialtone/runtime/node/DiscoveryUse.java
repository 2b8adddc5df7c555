package io.dialtone.runtime.node;

/** Whether the hosts of a cluster look for each other, and how. */
enum DiscoveryUse {
    OFF,
    SEEDS,
    MULTICAST,
    ENVIRONMENT
}
