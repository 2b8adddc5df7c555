package io.dialtone.runtime.systemtests;

import java.util.List;
import java.util.function.Consumer;

/** What a network does to a node that owns calls, and whom they are to be answered by then. */
enum Cut {
    OWNER_ALONE(
            "the owner hears nobody and nobody hears it",
            true,
            where -> where.network().part(where.owner(), where.all())),
    OWNER_MUTE("nobody hears the owner", true, where -> where.network().cut(where.owner(), where.all())),
    OWNER_DEAF("the owner hears nobody", true, where -> where.network().cut(where.all(), where.owner())),
    OWNER_FROM_NODES(
            "the owner and the other nodes do not hear each other",
            false,
            where -> where.network().part(where.owner(), where.otherNodes())),
    NODES_DEAF_TO_OWNER(
            "the other nodes do not hear the owner",
            false,
            where -> where.network().cut(where.owner(), where.otherNodes())),
    OWNER_DEAF_TO_NODES(
            "the owner does not hear the other nodes",
            false,
            where -> where.network().cut(where.otherNodes(), where.owner())),
    OWNER_FROM_REGISTRY(
            "the owner and the registry do not hear each other",
            false,
            where -> where.network().part(where.owner(), where.registry())),
    OWNER_DEAF_TO_REGISTRY(
            "the owner does not hear the registry",
            false,
            where -> where.network().cut(where.registry(), where.owner())),
    REGISTRY_SPLIT(
            "the first of the registry's hosts, which is the edge's too, does not hear the others",
            false,
            where -> where.network()
                    .part(
                            where.registry().subList(0, 1),
                            where.registry().subList(1, where.registry().size()))),
    REGISTRY_AWAY(
            "the registry's hosts do not hear each other: there is no majority",
            false,
            where -> where.network().part(where.registry(), where.registry())),
    LOSS("a tenth of all packets is lost", false, where -> where.network().lose(10, where.all(), where.all())),
    OWNER_FROM_EDGE(
            "the owner and the edge do not hear each other, and all others do",
            false,
            where -> where.network().part(where.owner(), where.edge()));

    /** Hosts by what runs there. */
    record Where(
            Network network, List<String> owner, List<String> otherNodes, List<String> edge, List<String> registry) {
        List<String> all() {
            return network.hosts();
        }
    }

    private final String sentence;
    private final boolean changesHands;
    private final Consumer<Where> deed;

    Cut(final String sentence, final boolean changesHands, final Consumer<Where> deed) {
        this.sentence = sentence;
        this.changesHands = changesHands;
        this.deed = deed;
    }

    String sentence() {
        return sentence;
    }

    /** Whether only another node can answer the owner's calls. */
    boolean changesHands() {
        return changesHands;
    }

    void make(final Where where) {
        deed.accept(where);
    }
}
