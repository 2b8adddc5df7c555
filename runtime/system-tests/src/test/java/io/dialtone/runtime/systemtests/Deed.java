package io.dialtone.runtime.systemtests;

import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a series does to processes of a platform, again and again. */
enum Deed {
    KILL("SIGKILL of the node that owns most slots"),
    STOP("SIGSTOP of the node that owns most slots, and SIGCONT when others have them"),
    BACKUP("SIGKILL of the backup of most of an owner's slots"),
    BOTH("SIGKILL of an owner and of the backup of most of its slots, at once"),
    EDGE("SIGKILL of the edge"),
    REGISTRY("SIGKILL of a host whose member of the registry follows"),
    LEADER("SIGKILL of the host whose member of the registry leads"),
    DRIVER("SIGKILL of the host of the node that owns most slots: its media driver is gone, and the node ends");

    static final String EDGE_NAME = "edge-1";

    private final String sentence;

    Deed(final String sentence) {
        this.sentence = sentence;
    }

    String sentence() {
        return sentence;
    }

    boolean isStop() {
        return this == STOP;
    }

    /** True if it needs hosts of their own: on one host all would end with it. */
    boolean needsNetwork() {
        return this == REGISTRY || this == LEADER || this == DRIVER;
    }

    /**
     * Whom to do it to now.
     *
     * @param last the first of those it was done to before
     */
    List<String> victims(final Platform platform, final String last) {
        final String owner = busiest(platform.slotsByNode(), last);
        return switch (this) {
            case KILL, STOP -> List.of(owner);
            case BACKUP -> List.of(platform.backupOfMost(owner));
            case BOTH -> List.of(owner, platform.backupOfMost(owner));
            case EDGE -> List.of(EDGE_NAME);
            case REGISTRY -> List.of(nextAfter(platform.hostsByRegistryRole("follower"), last));
            case LEADER -> List.of(platform.hostsByRegistryRole("leader").getFirst());
            case DRIVER -> List.of(platform.hostProcessOf(owner));
        };
    }

    /** Who ends with them, by itself. */
    List<String> ending(final Platform platform, final List<String> victims) {
        return this == DRIVER ? platform.membersOnHostOf(victims.getFirst()) : List.of();
    }

    /** The nodes whose sessions it takes away from them. */
    Set<String> nodesHit(final List<String> victims, final List<String> ending) {
        final Set<String> nodes = new HashSet<>(victims);
        nodes.addAll(ending);
        nodes.removeIf(member -> !member.startsWith("node-"));
        return nodes;
    }

    /** The owner of most slots; of those that own as many, the next in turn. */
    private static String busiest(final Map<String, Integer> slots, final String last) {
        final int most = Collections.max(slots.values());
        return nextAfter(
                slots.keySet().stream()
                        .filter(node -> slots.getOrDefault(node, 0) == most)
                        .toList(),
                last);
    }

    private static String nextAfter(final List<String> names, final String last) {
        final List<String> sorted = names.stream().sorted().toList();
        return sorted.stream()
                .filter(name -> name.compareTo(last) > 0)
                .findFirst()
                .orElse(sorted.getFirst());
    }
}
