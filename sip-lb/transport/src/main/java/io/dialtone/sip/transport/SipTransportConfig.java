package io.dialtone.sip.transport;

import io.dialtone.net.Expect;
import io.dialtone.net.FileLimit;
import io.dialtone.net.IoKind;
import io.dialtone.net.TlsSettings;
import io.dialtone.net.WaitMode;
import io.dialtone.net.WaitSettings;
import io.dialtone.sip.codec.ViaTransport;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything the transport is told before it starts; values only.
 *
 * @param listeners each is bound once per loop; their order gives the listener's index
 * @param loops I/O threads; more than one share the listeners' ports by SO_REUSEPORT
 * @param tls certificates, for listeners that need them
 */
public record SipTransportConfig(
        List<ListenerConfig> listeners,
        int loops,
        IoKind io,
        SocketSettings sockets,
        DatagramSettings datagrams,
        StreamSettings streams,
        @Nullable TlsSettings tls,
        WaitSettings waiting) {
    static final int LISTENERS_MAX = 64;
    static final int LOOPS_MAX = 256;

    public SipTransportConfig {
        listeners = List.copyOf(listeners);
        Expect.between("number of listeners", listeners.size(), 1, LISTENERS_MAX, 1);
        Expect.between("loops", loops, 1, LOOPS_MAX, 1);
    }

    /** The same with no more connections than the process may have files. */
    SipTransportConfig withinFileLimit() {
        final int streamSockets = loops
                * (int) listeners.stream()
                        .filter(listener -> listener.transport() != ViaTransport.UDP)
                        .count();
        return new SipTransportConfig(
                listeners,
                loops,
                io,
                sockets,
                datagrams,
                streams.withConnectionsAtMost(FileLimit.keepTo(streams.connectionsMax(), streamSockets)),
                tls,
                waiting);
    }

    /** Whether a listener has connections. */
    boolean hasStreams() {
        return listeners.stream().anyMatch(listener -> listener.transport() != ViaTransport.UDP);
    }

    /** Whether a listener speaks TLS. */
    boolean isSecure() {
        return listeners.stream().anyMatch(listener -> listener.transport().isSecure());
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Collects settings, then checks them together. Not thread safe. */
    public static final class Builder {
        private final List<ListenerConfig> listeners = new ArrayList<>();
        private int loops = 1;
        private IoKind io = IoKind.AUTO;
        private int receiveBufferBytes = SocketSettings.RECEIVE_BUFFER_BYTES_DEFAULT;
        private int sendBufferBytes = SocketSettings.SEND_BUFFER_BYTES_DEFAULT;
        private int dscp;
        private int busyPollUs;
        private int batch = DatagramSettings.BATCH_DEFAULT;
        private int messageBytesMax = DatagramSettings.MESSAGE_BYTES_DEFAULT;
        private int sendQueue = DatagramSettings.SEND_QUEUE_DEFAULT;
        private boolean gro;
        private boolean gso;
        private StreamSettings streams = StreamSettings.defaults();
        private @Nullable TlsSettings tls;
        private WaitMode waitMode = WaitMode.BLOCK;
        private int spinUs;
        private int parkMaxUs = WaitSettings.PARK_MAX_US_DEFAULT;

        private Builder() {}

        public Builder listen(final ListenerConfig listener) {
            listeners.add(listener);
            return this;
        }

        public Builder listen(final String host, final int port) {
            return listen(new ListenerConfig(host, port));
        }

        public Builder loops(final int count) {
            loops = count;
            return this;
        }

        public Builder io(final IoKind kind) {
            io = kind;
            return this;
        }

        public Builder receiveBufferBytes(final int bytes) {
            receiveBufferBytes = bytes;
            return this;
        }

        public Builder sendBufferBytes(final int bytes) {
            sendBufferBytes = bytes;
            return this;
        }

        public Builder dscp(final int codePoint) {
            dscp = codePoint;
            return this;
        }

        public Builder busyPollUs(final int us) {
            busyPollUs = us;
            return this;
        }

        public Builder batch(final int datagrams) {
            batch = datagrams;
            return this;
        }

        public Builder messageBytesMax(final int bytes) {
            messageBytesMax = bytes;
            return this;
        }

        public Builder sendQueue(final int datagrams) {
            sendQueue = datagrams;
            return this;
        }

        public Builder gro(final boolean on) {
            gro = on;
            return this;
        }

        public Builder gso(final boolean on) {
            gso = on;
            return this;
        }

        public Builder streams(final StreamSettings limits) {
            streams = limits;
            return this;
        }

        public Builder tls(final TlsSettings files) {
            tls = files;
            return this;
        }

        public Builder waitMode(final WaitMode mode) {
            waitMode = mode;
            return this;
        }

        public Builder spinUs(final int us) {
            spinUs = us;
            return this;
        }

        public Builder parkMaxUs(final int us) {
            parkMaxUs = us;
            return this;
        }

        /**
         * Checks the settings together.
         *
         * @throws IllegalArgumentException if a setting is out of its range; the message says what was expected
         */
        public SipTransportConfig build() {
            return new SipTransportConfig(
                    listeners,
                    loops,
                    io,
                    new SocketSettings(receiveBufferBytes, sendBufferBytes, dscp, busyPollUs),
                    new DatagramSettings(batch, messageBytesMax, sendQueue, gro, gso),
                    streams,
                    tls,
                    new WaitSettings(waitMode, spinUs, parkMaxUs));
        }
    }
}
