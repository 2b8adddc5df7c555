package io.dialtone.runtime.sip;

import io.dialtone.placement.table.ClusterKey;
import java.util.List;

/**
 * What a worker needs to ask for credentials and to judge them. Finished before the worker starts.
 *
 * @param settings how it asks
 * @param nonceSecrets with the first nonces are made, with all they are known again; empty if nobody can be asked
 */
public record DigestContext(DigestSettings settings, List<byte[]> nonceSecrets) {
    /** What {@link ClusterKey#deriveSecrets} is asked for. */
    private static final String PURPOSE = "digest nonces";

    private static final DigestContext NONE = new DigestContext(DigestSettings.defaults("none"), List.of());

    public static DigestContext of(final DigestSettings settings, final ClusterKey key) {
        return new DigestContext(settings, key.deriveSecrets(PURPOSE));
    }

    /** For workers whose service asks nobody. */
    public static DigestContext none() {
        return NONE;
    }
}
