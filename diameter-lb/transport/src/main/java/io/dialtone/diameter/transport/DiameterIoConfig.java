package io.dialtone.diameter.transport;

import io.dialtone.diameter.codec.DiameterLimits;
import io.dialtone.diameter.peer.DiameterTransport;
import io.dialtone.net.Expect;
import io.dialtone.net.FileLimit;
import io.dialtone.net.IoKind;
import io.dialtone.net.TlsSettings;
import io.dialtone.net.WaitMode;
import io.dialtone.net.WaitSettings;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything the transport is told before it starts; values only.
 *
 * @param listeners may be none, for a node that only dials
 * @param limits of messages
 * @param tls certificates, for listeners and peers by TLS; null if there are none
 */
public record DiameterIoConfig(
        List<DiameterListener> listeners,
        IoKind io,
        DiameterLimits limits,
        ConnectionSettings connections,
        @Nullable TlsSettings tls,
        WaitSettings waiting) {
    static final int LISTENERS_MAX = 64;

    public DiameterIoConfig {
        listeners = List.copyOf(listeners);
        Expect.between("number of listeners", listeners.size(), 0, LISTENERS_MAX, 1);
        Expect.between(
                "queued-bytes-max, for messages of " + limits.messageBytesMax() + " bytes",
                connections.queuedBytesMax(),
                2L * limits.messageBytesMax(),
                Integer.MAX_VALUE,
                Math.max(2L * limits.messageBytesMax(), ConnectionSettings.QUEUED_BYTES_DEFAULT));
        for (final DiameterListener each : listeners) {
            if (each.transport() == DiameterTransport.TLS && tls == null) {
                throw new IllegalArgumentException("listener " + each + ": no certificates (expected: a certificate"
                        + " and its key for listeners by tls:)");
            }
        }
    }

    /** Listens there by the usual limits. */
    public static DiameterIoConfig of(final List<DiameterListener> listeners, final @Nullable TlsSettings tls) {
        return new DiameterIoConfig(
                listeners,
                IoKind.AUTO,
                DiameterLimits.defaults(),
                ConnectionSettings.defaults(),
                tls,
                new WaitSettings(WaitMode.BLOCK, 0, WaitSettings.PARK_MAX_US_DEFAULT));
    }

    public DiameterIoConfig withIo(final IoKind kind) {
        return new DiameterIoConfig(listeners, kind, limits, connections, tls, waiting);
    }

    public DiameterIoConfig withLimits(final DiameterLimits other) {
        return new DiameterIoConfig(listeners, io, other, connections, tls, waiting);
    }

    public DiameterIoConfig withConnections(final ConnectionSettings other) {
        return new DiameterIoConfig(listeners, io, limits, other, tls, waiting);
    }

    public DiameterIoConfig withWaiting(final WaitSettings other) {
        return new DiameterIoConfig(listeners, io, limits, connections, tls, other);
    }

    /** The same with no more connections than the process may have files. */
    DiameterIoConfig withinFileLimit() {
        return withConnections(connections.withConnections(
                FileLimit.keepTo(connections.connectionsMax(), 1), connections.connectionsOfAnAddressMax()));
    }
}
