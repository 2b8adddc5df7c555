package io.dialtone.diameter.peer;

import io.dialtone.diameter.codec.BaseAvp;
import io.dialtone.diameter.codec.CommandCode;
import io.dialtone.diameter.codec.DiameterMessage;
import io.dialtone.diameter.codec.ResultCode;
import java.util.List;
import java.util.Optional;

/**
 * Judges who comes: the first message of a connection that was accepted, and the CEA of one that was dialled (RFC 6733 section 5.3). Called only by the thread of its
 * {@link PeerDoor}.
 */
final class Greeter {
    private final PeerDoor door;
    private final PeerConfig config;
    private final CapabilitiesExchange exchange;
    private final BaseMessages messages;
    private final Counts<PeerCounter> counters;

    Greeter(
            final PeerDoor door,
            final PeerConfig config,
            final CapabilitiesExchange exchange,
            final BaseMessages messages,
            final Counts<PeerCounter> counters) {
        this.door = door;
        this.config = config;
        this.exchange = exchange;
        this.messages = messages;
        this.counters = counters;
    }

    /** The first message by a connection that was accepted. */
    void onFirst(final PeerSession by, final DiameterMessage message, final long nowNs) {
        if (!message.isRequest() || message.commandCode() != CommandCode.CAPABILITIES_EXCHANGE) {
            counters.increment(PeerCounter.HANDSHAKES_WITHOUT_CER);
            by.close(CloseCause.NO_CAPABILITIES_FIRST);
            return;
        }
        counters.increment(PeerCounter.CER_RECEIVED);
        final int result = exchange.read(message);
        if (result != ResultCode.SUCCESS) {
            refuse(by, message, result, exchange.complaint(), PeerCounter.CER_FAULTY);
            return;
        }
        final Capabilities theirs = exchange.capabilities();
        final String host = theirs.identity().host();
        final Optional<Peer> known = door.peers().find(host);
        if (host.equals(config.local().identity().host())
                || (known.isEmpty() && !config.accept().accepts(host))) {
            refuse(
                    by,
                    message,
                    ResultCode.UNKNOWN_PEER,
                    "Origin-Host is no peer of ours",
                    PeerCounter.CER_UNKNOWN_PEER);
        } else if (!isShown(by.connection(), host)) {
            refuse(
                    by,
                    message,
                    ResultCode.UNKNOWN_PEER,
                    "the certificate is not for Origin-Host",
                    PeerCounter.CER_CERTIFICATE);
        } else {
            onKnown(by, message, known, nowNs);
        }
    }

    private void onKnown(
            final PeerSession by, final DiameterMessage message, final Optional<Peer> known, final long nowNs) {
        final Capabilities theirs = exchange.capabilities();
        final Applications common = exchange.common(theirs.applications());
        final boolean tls = agreesOnTls(by.connection(), theirs.security());
        final boolean mustTls = known.isPresent() && known.get().spec().isSecure();
        if (common.isEmpty()) {
            refuse(
                    by,
                    message,
                    ResultCode.NO_COMMON_APPLICATION,
                    "no application in common",
                    PeerCounter.CER_NO_COMMON_APPLICATION);
        } else if (!by.connection().isSecure()
                && !tls
                && (mustTls || !theirs.security().withoutTls())) {
            refuse(
                    by,
                    message,
                    ResultCode.NO_COMMON_SECURITY,
                    "no security in common",
                    PeerCounter.CER_NO_COMMON_SECURITY);
        } else if (known.isPresent() ? known.get().isDraining() : door.peers().isFull()) {
            refuse(by, message, ResultCode.TOO_BUSY, "not now", PeerCounter.CER_TOO_BUSY);
        } else {
            final Peer peer = known.isPresent() ? known.get() : door.peers().accept(theirs.identity());
            by.onCer(message);
            by.onCapabilities(theirs, common, tls);
            door.onNoLongerAwaited(by);
            peer.onCer(by, nowNs);
        }
    }

    private void refuse(
            final PeerSession by,
            final DiameterMessage message,
            final int resultCode,
            final String why,
            final PeerCounter counter) {
        counters.increment(counter);
        if (!by.send(messages.refusal(exchange, message, resultCode, why))) {
            counters.increment(PeerCounter.ANSWERS_NOT_TAKEN);
        }
        by.close(CloseCause.CAPABILITIES_REFUSED);
    }

    /** The first message by a connection that was accepted, when it cannot be read. */
    void onFirstMalformed(final PeerSession by, final DiameterMessage message) {
        counters.increment(PeerCounter.HANDSHAKES_MALFORMED);
        if (message.isAnswerable() && !by.send(messages.malformed(message))) {
            counters.increment(PeerCounter.ANSWERS_NOT_TAKEN);
        }
        by.close(CloseCause.MALFORMED);
    }

    /**
     * Judges what comes by a connection that we have dialled and sent a CER by.
     *
     * @return empty if it is a CEA that we agree with; else why the connection must be closed
     */
    Optional<CloseCause> judge(final PeerSession by, final Peer peer, final DiameterMessage message) {
        if (message.isRequest()
                || message.commandCode() != CommandCode.CAPABILITIES_EXCHANGE
                || message.hopByHopId() != by.cerHopByHopId()) {
            return refused(PeerCounter.HANDSHAKES_WITHOUT_CER, CloseCause.NO_CAPABILITIES_FIRST);
        }
        final long result = message.unsigned32(BaseAvp.RESULT_CODE);
        if (result >= 0 && !ResultCode.isSuccess(result)) {
            return refused(PeerCounter.CEA_REFUSED, CloseCause.REFUSED_BY_PEER);
        }
        if (result < 0 || exchange.read(message) != ResultCode.SUCCESS) {
            return refused(PeerCounter.CEA_FAULTY, CloseCause.MALFORMED);
        }
        final Capabilities theirs = exchange.capabilities();
        final String host = theirs.identity().host();
        if (!host.equals(peer.spec().identity().host())) {
            return refused(PeerCounter.CEA_WRONG_IDENTITY, CloseCause.WRONG_IDENTITY);
        }
        if (!isShown(by.connection(), host)) {
            return refused(PeerCounter.CEA_CERTIFICATE, CloseCause.CERTIFICATE_MISMATCH);
        }
        final Applications common = exchange.common(theirs.applications());
        final boolean tls = agreesOnTls(by.connection(), theirs.security());
        if (common.isEmpty()
                || (!by.connection().isSecure() && !tls && !theirs.security().withoutTls())) {
            return refused(PeerCounter.CEA_NOTHING_IN_COMMON, CloseCause.CAPABILITIES_REFUSED);
        }
        by.onCapabilities(theirs, common, tls);
        return Optional.empty();
    }

    private Optional<CloseCause> refused(final PeerCounter counter, final CloseCause cause) {
        counters.increment(counter);
        return Optional.of(cause);
    }

    /** Whether we say in a CER or CEA that this connection could go on by TLS. */
    boolean offersTls(final PeerConnection connection) {
        return config.local().inbandTls() && !connection.isSecure();
    }

    /** Both sides say what they can; if both can do TLS, it is used. */
    private boolean agreesOnTls(final PeerConnection connection, final Capabilities.Security theirs) {
        return offersTls(connection) && theirs.withTls();
    }

    /** Whether the certificate is for this host, where one must be. */
    private boolean isShown(final PeerConnection connection, final String host) {
        return !connection.isSecure() || isShown(config.certificates(), connection.certificateNames(), host);
    }

    /** Also asked after TLS has begun within a connection. */
    static boolean isShown(final CertificateCheck check, final List<String> names, final String host) {
        return switch (check) {
            case NOT_COMPARED -> true;
            case IF_SHOWN -> names.isEmpty() || CertificateNames.cover(names, host);
            case REQUIRED -> CertificateNames.cover(names, host);
        };
    }

    boolean isShownNow(final PeerSession by) {
        return isShown(by.connection(), by.capabilities().identity().host());
    }
}
