package io.dialtone.runtime.node;

import io.dialtone.net.IoKind;
import io.dialtone.net.TlsSettings;
import io.dialtone.net.WaitMode;
import io.dialtone.sip.transport.ListenerConfig;
import io.dialtone.sip.transport.SipTransportConfig;
import io.dialtone.sip.transport.StreamSettings;
import java.util.List;
import java.util.Optional;

/** Turns settings into what the SIP transport wants to be told. Used by the main thread, at start. */
final class SipTransportWiring {
    private static final int NS_PER_US = 1_000;
    private static final int NS_PER_MS = 1_000_000;

    private static final TlsPlan TLS = new TlsPlan(
            SipSettings.TLS_CERTIFICATES, SipSettings.TLS_KEYS, SipSettings.TLS_AUTHORITIES, SipSettings.TLS_CLIENTS);

    private SipTransportWiring() {}

    static SipTransportConfig config(
            final Settings settings,
            final List<ListenerSpec> listeners,
            final int loops,
            final WaitMode waitMode,
            final Optional<TlsSettings> tls) {
        final SipTransportConfig.Builder config = SipTransportConfig.builder()
                .loops(loops)
                .io(
                        switch (settings.get(SipSettings.TRANSPORT)) {
                            case AUTO -> IoKind.AUTO;
                            case EPOLL -> IoKind.EPOLL;
                            case NIO -> IoKind.NIO;
                        })
                .receiveBufferBytes(settings.get(SipSettings.RECEIVE_BUFFER))
                .sendBufferBytes(settings.get(SipSettings.SEND_BUFFER))
                .dscp(settings.get(SipSettings.DSCP))
                .busyPollUs(us(settings.get(SipSettings.BUSY_POLL)))
                .spinUs(us(settings.get(SipSettings.SPIN)))
                .batch(settings.get(SipSettings.BATCH))
                .sendQueue(settings.get(SipSettings.SEND_QUEUE))
                .messageBytesMax(settings.get(SipSettings.MESSAGE_SIZE_MAX))
                .gro(settings.get(SipSettings.GRO))
                .gso(settings.get(SipSettings.GSO))
                .streams(new StreamSettings(
                        settings.get(SipSettings.CONNECTIONS_MAX),
                        settings.get(SipSettings.CONNECTIONS_OF_A_PEER_MAX),
                        ms(settings.get(SipSettings.CONNECTION_IDLE)),
                        ms(settings.get(SipSettings.MESSAGE_TIME)),
                        ms(settings.get(SipSettings.CONNECT_TIME)),
                        ms(settings.get(SipSettings.SLOW_PEER_TIME)),
                        settings.get(SipSettings.CONNECTION_PENDING)))
                .waitMode(waitMode);
        tls.ifPresent(config::tls);
        settings.find(NodeSettings.PARK_MAX).ifPresent(parkNs -> config.parkMaxUs(Math.max(1, us(parkNs))));
        for (final ListenerSpec listener : listeners) {
            final ListenerConfig bound = new ListenerConfig(
                            listener.endpoint().host(), listener.endpoint().port())
                    .speaking(listener.speaks())
                    .behind(listener.proxies());
            final Endpoint advertised = listener.advertised();
            config.listen(advertised == null ? bound : bound.advertise(advertised.host(), advertised.port()));
        }
        return config.build();
    }

    /** What TLS needs, if a listener speaks it; what is wrong is added to the problems. */
    static Optional<TlsSettings> tls(
            final Settings settings, final List<ListenerSpec> listeners, final Problems problems) {
        return TLS.read(
                settings,
                listeners.stream().anyMatch(listener -> listener.speaks().isSecure()),
                "a listener speaks tls: or wss:",
                settings.find(SipSettings.TLS_SERVER_NAMES).orElse(List.of()),
                problems);
    }

    private static int ms(final long ns) {
        return (int) (ns / NS_PER_MS);
    }

    private static int us(final long ns) {
        return (int) (ns / NS_PER_US);
    }
}
