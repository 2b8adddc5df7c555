package io.dialtone.runtime.node;

import java.util.List;

/** What the membership of hosts asks of this host's nodes and of the registry, and tells the nodes. Any thread may call it; each call returns at once. */
interface HostNodes {
    /** There is nobody to watch, and no registry to ask: the membership only shows who is there. */
    HostNodes NONE = new HostNodes() {
        @Override
        public List<HostWatch.Node> nodes() {
            return List.of();
        }

        @Override
        public long sessionsOf(final int member) {
            return 0;
        }

        @Override
        public long incarnationOf(final int member) {
            return 0;
        }

        @Override
        public void hint(final int member, final long incarnation) {
            // nobody waits for it
        }
    };

    /** The nodes that are watched. */
    List<HostWatch.Node> nodes();

    /** How many sessions a node last told the registry that it has. */
    long sessionsOf(int member);

    /** The process that the registry knows under this number, on whichever host; 0 if none. */
    long incarnationOf(int member);

    /** Says to this host's nodes that a node of another one may be dead. */
    void hint(int member, long incarnation);
}
