package io.dialtone.runtime.node;

import io.dialtone.net.TlsSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The settings from which a protocol takes its certificates. Used by the main thread, at start.
 *
 * @param certificates files with certificates
 * @param keys files with their keys, in the same order
 * @param authorities whom we believe
 * @param clients what those must show who connect
 */
record TlsPlan(
        Setting<List<Path>> certificates,
        Setting<List<Path>> keys,
        Setting<Path> authorities,
        Setting<TlsSettings.Clients> clients) {
    /**
     * What TLS needs, if it is spoken; what is wrong is added to the problems.
     *
     * @param speaker who speaks it, for the message that certificates are missing
     * @param serverNames names of which one may stand in the certificate of whom we connect to
     */
    Optional<TlsSettings> read(
            final Settings settings,
            final boolean isSpoken,
            final String speaker,
            final List<String> serverNames,
            final Problems problems) {
        final List<Path> shown = settings.find(certificates).orElse(List.of());
        final List<Path> theirKeys = settings.find(keys).orElse(List.of());
        if (shown.size() != theirKeys.size()) {
            problems.add(keys.key() + ": " + theirKeys.size() + " (expected: one for each of the " + shown.size()
                    + " in " + certificates.key() + ", in the same order).");
            return Optional.empty();
        }
        if (!isSpoken) {
            return Optional.empty();
        }
        if (shown.isEmpty()) {
            problems.add(certificates.key() + ": none (expected: at least one, with its key in " + keys.key() + ", as "
                    + speaker + ").");
            return Optional.empty();
        }
        final List<TlsSettings.Identity> identities = new ArrayList<>();
        for (int i = 0; i < shown.size(); i++) {
            identities.add(new TlsSettings.Identity(shown.get(i), theirKeys.get(i)));
        }
        return Optional.of(new TlsSettings(
                identities, settings.find(authorities).orElse(null), settings.get(clients), serverNames));
    }
}
