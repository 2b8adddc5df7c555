package io.dialtone.runtime.link;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** The smallest cluster: an edge on host-1 and a node. */
final class LinkPairs {
    /** What the processes of a test seal with; {@code -Dlink.plain} for none, to see what it costs. */
    static final LinkKeys KEYS = Boolean.getBoolean("link.plain")
            ? LinkKeys.none()
            : LinkKeys.of(List.of("a secret of this cluster".getBytes(StandardCharsets.US_ASCII)));

    private LinkPairs() {}

    static LinkMembers members(final int portOfEdge, final int portOfNode, final String hostOfNode) {
        return new LinkMembers(List.of(
                new LinkMember(0, "edge-1", LinkRole.EDGE, "127.0.0.1", portOfEdge, "host-1", 1),
                new LinkMember(1, "node-1", LinkRole.NODE, "127.0.0.1", portOfNode, hostOfNode, 1)));
    }
}
