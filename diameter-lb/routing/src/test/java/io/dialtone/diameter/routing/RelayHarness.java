package io.dialtone.diameter.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dialtone.diameter.codec.DiameterLimits;
import io.dialtone.diameter.codec.DiameterMessage;
import io.dialtone.diameter.codec.DiameterWriter;
import io.dialtone.diameter.codec.ParseResult;
import io.dialtone.diameter.codec.ResultCode;
import io.dialtone.diameter.peer.PeerIdentity;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.agrona.concurrent.UnsafeBuffer;

/** A relay between scripted peers, with a clock that the test moves. */
final class RelayHarness {
    static final String RELAY = "relay.test.realm";
    static final long MS = 1_000_000;
    static final RelayLimits SMALL = new RelayLimits(1 << 10, 1 << 20, 1 << 10, RelayLimits.SESSION_IDLE_DEFAULT, 16);

    final RelayCore core;
    private final Map<String, RelayPeer> known = new HashMap<>();
    private final DiameterMessage message = new DiameterMessage(DiameterLimits.defaults());
    private final UnsafeBuffer buffer = new UnsafeBuffer(0, 0);
    long nowNs = 1_000_000_000L;

    RelayHarness(final RelayConfig config) {
        this.core = new RelayCore(config, nowNs);
    }

    static RelayConfig config() {
        return RelayConfig.of(new PeerIdentity(RELAY, Requests.REALM), 7).withLimits(SMALL);
    }

    /** A relay that sends the test realm's requests to these hosts. */
    static RelayHarness withServers(final RelayConfig config, final String... hosts) {
        final RelayHarness harness = new RelayHarness(config);
        harness.core.routes(new RouteTable(
                List.of(PeerGroup.of("servers", hosts)), List.of(), List.of(Route.of(Requests.REALM, "servers"))));
        return harness;
    }

    static RelayHarness withServers(final String... hosts) {
        return withServers(config(), hosts);
    }

    /** A peer that is connected. */
    ScriptedPeer peer(final String host) {
        final ScriptedPeer peer = new ScriptedPeer(host);
        known.put(host, core.addPeer(PeerIdentity.of(host), peer));
        core.onOpen(known(peer), peer.connect(), false, nowNs);
        return peer;
    }

    RelayPeer known(final ScriptedPeer peer) {
        return Objects.requireNonNull(known.get(peer.host));
    }

    RelayHarness send(final ScriptedPeer from, final Requests request) {
        return send(from, request.bytes());
    }

    RelayHarness send(final ScriptedPeer from, final byte[] bytes) {
        buffer.wrap(bytes);
        final ParseResult result = message.parse(buffer, 0, bytes.length);
        if (message.isRequest()) {
            core.onRequest(known(from), from.connection, message, nowNs);
        } else {
            assertEquals(ParseResult.COMPLETE, result);
            core.onAnswer(known(from), from.connection, message, nowNs);
        }
        return this;
    }

    /** The peer answers what it was sent last. */
    RelayHarness answer(final ScriptedPeer from) {
        return answer(from, ResultCode.SUCCESS);
    }

    RelayHarness answer(final ScriptedPeer from, final int resultCode) {
        return answer(from, from.request(), resultCode);
    }

    RelayHarness answer(final ScriptedPeer from, final Message request, final int resultCode) {
        return answer(from, request, resultCode, writer -> {});
    }

    RelayHarness answer(
            final ScriptedPeer from, final Message request, final int resultCode, final Consumer<DiameterWriter> more) {
        return send(from, Requests.answer(request, from.host, resultCode, more));
    }

    RelayHarness close(final ScriptedPeer peer) {
        peer.open.remove(peer.connection);
        core.onClosed(known(peer), peer.connection, nowNs);
        return this;
    }

    RelayHarness reopen(final ScriptedPeer peer) {
        core.onOpen(known(peer), peer.connect(), true, nowNs);
        return this;
    }

    /** Time goes on, in steps in which the relay works. */
    RelayHarness pass(final long milliseconds) {
        for (long i = 0; i < milliseconds; i++) {
            nowNs += MS;
            core.doWork(nowNs, Relay.WORK_MAX);
        }
        return this;
    }

    long count(final RelayCounter counter) {
        return core.counts().get(counter);
    }

    long count(final ScriptedPeer peer, final RelayPeerCounter counter) {
        return known(peer).counts().get(counter);
    }
}
