package io.dialtone.runtime.systemtests;

import java.util.List;

/** What a network does to a node that owns calls. */
enum Cut {
    OWNER_ALONE("the owner hears nobody and nobody hears it"),
    OWNER_MUTE("nobody hears the owner"),
    OWNER_DEAF("the owner hears nobody"),
    OWNER_FROM_NODES("the owner and the other nodes do not hear each other"),
    NODES_DEAF_TO_OWNER("the other nodes do not hear the owner"),
    OWNER_DEAF_TO_NODES("the owner does not hear the other nodes"),
    OWNER_FROM_REGISTRY("the owner and the registry do not hear each other"),
    OWNER_DEAF_TO_REGISTRY("the owner does not hear the registry"),
    REGISTRY_SPLIT("the first of the registry's hosts, which is the edge's too, does not hear the others"),
    REGISTRY_AWAY("the registry's hosts do not hear each other: there is no majority"),
    LOSS("a tenth of all packets is lost"),
    DELAY("each packet comes 20 to 40 ms later, so that they overtake each other"),
    DOUBLED("a tenth of all packets comes twice"),
    ROUGH("a twentieth of all packets is lost, a twentieth comes twice, each up to 5 ms later"),
    OWNER_FROM_EDGE("the owner and the edge do not hear each other, and all others do"),
    OWNER_DEAF_TO_EDGE("the owner does not hear the edge"),
    EDGE_DEAF_TO_OWNER("the edge does not hear the owner"),
    OTHER_ALONE("another node hears nobody and nobody hears it"),
    OTHER_MUTE("nobody hears another node"),
    OTHER_DEAF("another node hears nobody");

    private static final Switch.Way LOSING = new Switch.Way(10, 0, 0, 0);
    private static final Switch.Way DELAYING = new Switch.Way(0, 0, 20, 20);
    private static final Switch.Way DOUBLING = new Switch.Way(0, 10, 0, 0);
    private static final Switch.Way ROUGH_WAY = new Switch.Way(5, 5, 0, 5);

    /** Hosts by what runs there. */
    record Where(
            Network network, List<String> owner, List<String> otherNodes, List<String> edge, List<String> registry) {}

    private final String sentence;

    Cut(final String sentence) {
        this.sentence = sentence;
    }

    String sentence() {
        return sentence;
    }

    void make(final Where where) {
        final Network network = where.network();
        final List<String> all = network.hosts();
        final List<String> owner = where.owner();
        final List<String> nodes = where.otherNodes();
        final List<String> registry = where.registry();
        switch (this) {
            case OWNER_ALONE -> network.part(owner, all);
            case OWNER_MUTE -> network.cut(owner, all);
            case OWNER_DEAF -> network.cut(all, owner);
            case OWNER_FROM_NODES -> network.part(owner, nodes);
            case NODES_DEAF_TO_OWNER -> network.cut(owner, nodes);
            case OWNER_DEAF_TO_NODES -> network.cut(nodes, owner);
            case OWNER_FROM_REGISTRY -> network.part(owner, registry);
            case OWNER_DEAF_TO_REGISTRY -> network.cut(registry, owner);
            case REGISTRY_SPLIT -> network.part(registry.subList(0, 1), registry.subList(1, registry.size()));
            case REGISTRY_AWAY -> network.part(registry, registry);
            case LOSS -> network.set(LOSING, all, all);
            case DELAY -> network.set(DELAYING, all, all);
            case DOUBLED -> network.set(DOUBLING, all, all);
            case ROUGH -> network.set(ROUGH_WAY, all, all);
            case OWNER_FROM_EDGE -> network.part(owner, where.edge());
            case OWNER_DEAF_TO_EDGE -> network.cut(where.edge(), owner);
            case EDGE_DEAF_TO_OWNER -> network.cut(owner, where.edge());
            case OTHER_ALONE -> network.part(nodes.subList(0, 1), all);
            case OTHER_MUTE -> network.cut(nodes.subList(0, 1), all);
            case OTHER_DEAF -> network.cut(all, nodes.subList(0, 1));
        }
    }
}
