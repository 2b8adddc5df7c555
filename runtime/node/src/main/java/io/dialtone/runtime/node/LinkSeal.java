package io.dialtone.runtime.node;

import io.dialtone.placement.table.ClusterKey;
import io.dialtone.runtime.link.LinkKeys;

/** Which frames of the link are encrypted. */
enum LinkSeal {
    BETWEEN_HOSTS,
    OFF;

    private static final String PURPOSE = "link";

    /** What the link seals with. */
    LinkKeys keys(final ClusterKey key) {
        return this == OFF ? LinkKeys.none() : LinkKeys.of(key.deriveSecrets(PURPOSE));
    }
}
