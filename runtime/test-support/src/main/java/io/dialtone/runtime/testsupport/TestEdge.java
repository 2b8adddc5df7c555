package io.dialtone.runtime.testsupport;

import io.dialtone.api.AffinityRule;
import io.dialtone.api.link.LinkEndpoint;
import io.dialtone.api.link.LinkFrame;
import io.dialtone.placement.table.ClusterKey;
import io.dialtone.placement.table.SlotHash;
import io.dialtone.placement.table.SlotTable;
import io.dialtone.placement.table.SlotTableHolder;
import io.dialtone.placement.table.SlotToken;
import io.dialtone.sip.codec.AffinityKeyView;
import io.dialtone.sip.codec.DialogNameView;
import io.dialtone.sip.codec.HeaderName;
import io.dialtone.sip.codec.ParseResult;
import io.dialtone.sip.codec.SipLimits;
import io.dialtone.sip.codec.SipMessage;
import io.dialtone.sip.codec.SipMethod;
import io.dialtone.sip.codec.ViaTransport;
import io.dialtone.sip.codec.ViaView;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.EpochNanoClock;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A plain edge for tests: finds the slot of a message by token, or else by affinity rule, and sends on unchanged whatever came, malformed or not.
 */
final class TestEdge {
    /** Where Contact leads. */
    static final byte[] HOST_PORT = "192.0.2.200:5060".getBytes(StandardCharsets.US_ASCII);

    private static final int FRAMES_PER_TURN_MAX = 64;
    private static final int SIP_PORT = 5060;
    private static final String TOKEN = ";" + SlotToken.URI_PARAM + "=";
    private static final int MAGIC_COOKIE_BYTES = 7;

    /** Gets what the cluster sends to peers; false if there is nobody. */
    @FunctionalInterface
    interface Answers {
        boolean onAnswer(int ipv4, int connection, byte[] message);
    }

    private final LinkEndpoint link;
    private final SlotTableHolder slots;
    private final SlotHash slotHash;
    private final SlotToken tokens;
    private final AffinityKeyView key;
    private final EpochNanoClock clock;
    private final Answers answers;
    private final SipMessage message = new SipMessage(SipLimits.defaults());
    private final ViaView via = new ViaView();
    private final DialogNameView named = new DialogNameView();
    private final LinkFrame frame = new LinkFrame();
    private final LinkFrame unsent = new LinkFrame();
    private final Map<Long, Connection> names = new HashMap<>();
    private final UnsafeBuffer header = new UnsafeBuffer(new byte[LinkFrame.HEADER_BYTES]);

    TestEdge(
            final LinkEndpoint link,
            final SlotTableHolder slots,
            final ClusterKey clusterKey,
            final SlotToken tokens,
            final AffinityRule affinity,
            final EpochNanoClock clock,
            final Answers answers) {
        this.link = link;
        this.slots = slots;
        this.slotHash = SlotHash.of(clusterKey, slots.table().slots());
        this.tokens = tokens;
        key = new AffinityKeyView(AffinityKeyView.Place.valueOf(affinity.kind().name()), affinity.header());
        this.clock = clock;
        this.answers = answers;
    }

    int slotOf(final String key) {
        return slotHash.slotOf(key.getBytes(StandardCharsets.UTF_8));
    }

    /** Sends on what a peer has sent; says to which slot. */
    int onDatagram(final SipPeer from, final byte[] datagram) {
        final UnsafeBuffer buffer = new UnsafeBuffer(datagram);
        message.parseDatagram(buffer, 0, datagram.length);
        final SlotTable table = slots.table();
        final int slot = slotOf(message);
        frame.wrapNew(header, 0, LinkFrame.TYPE_SIP_TO_WORKER)
                .slot(slot)
                .epoch(table.epochOf(slot))
                .incarnation(link.incarnation())
                .member(link.member())
                .thread(link.thread())
                .arrivalNs(clock.nanoTime())
                .remoteHigh(0)
                .remoteLow(0xFFFFL << 32 | (from.ipv4() & 0xFFFF_FFFFL))
                .remotePort(SIP_PORT);
        if (from.connection() != 0) {
            frame.transport((from.isByTls() ? ViaTransport.TLS : ViaTransport.TCP).code())
                    .listener(from.isByTls() ? TestListeners.TLS : TestListeners.TCP)
                    .remotePort(from.connection());
            frame.registration(nameOf(new Connection(from.ipv4(), from.connection())));
        }
        link.publication(table.ownerOf(slot), 0).offer(header, 0, LinkFrame.HEADER_BYTES, buffer, 0, datagram.length);
        return slot;
    }

    int doWork() {
        return link.poll(this::onFrame, FRAMES_PER_TURN_MAX);
    }

    private void onFrame(final DirectBuffer buffer, final int offset, final int length) {
        frame.wrap(buffer, offset, length);
        final byte[] datagram = new byte[frame.payloadLength()];
        buffer.getBytes(offset + frame.headerLength(), datagram);
        final boolean isStream = frame.transport() != 0;
        final Connection named = new Connection((int) frame.remoteLow(), frame.remotePort());
        if (frame.isNaming()) {
            names.put(frame.registration(), named);
        }
        final Connection current = names.get(frame.registration());
        if (frame.isSought()) {
            if (current != null && !current.equals(named)) {
                answers.onAnswer(current.ipv4(), current.port(), datagram);
            }
        } else if (!answers.onAnswer(named.ipv4(), isStream ? named.port() : 0, datagram)
                && isStream
                && (current == null || !answers.onAnswer(current.ipv4(), current.port(), datagram))) {
            tellUnsent(new UnsafeBuffer(datagram));
        }
    }

    /** A connection as its edge knows it. */
    private record Connection(int ipv4, int port) {}

    /** Who has registered by a connection; 0 is nobody. */
    private long nameOf(final Connection connection) {
        return names.entrySet().stream()
                .filter(each -> each.getValue().equals(connection))
                .mapToLong(Map.Entry::getKey)
                .findFirst()
                .orElse(0);
    }

    /** As the edge does: whose request cannot leave by a connection hears of it. */
    private void tellUnsent(final UnsafeBuffer request) {
        if (message.parseDatagram(request, 0, request.capacity()) != ParseResult.COMPLETE || !message.isRequest()) {
            return;
        }
        final int slot = slotOfResponse(message);
        final SlotTable table = slots.table();
        if (slot < 0) {
            return;
        }
        unsent.wrapNew(header, 0, LinkFrame.TYPE_SIP_UNSENT)
                .slot(slot)
                .epoch(table.epochOf(slot))
                .incarnation(link.incarnation())
                .member(link.member())
                .thread(link.thread())
                .transport(frame.transport())
                .listener(frame.listener())
                .remoteHigh(frame.remoteHigh())
                .remoteLow(frame.remoteLow())
                .remotePort(frame.remotePort());
        link.publication(table.ownerOf(slot), 0)
                .offer(header, 0, LinkFrame.HEADER_BYTES, request, 0, request.capacity());
    }

    private int slotOf(final SipMessage request) {
        final DirectBuffer buffer = request.buffer();
        if (!request.isRequest()) {
            return Math.max(0, slotOfResponse(request));
        }
        final int routed = slotOfRoute(request);
        if (routed != SlotToken.NOT_A_TOKEN) {
            return routed;
        }
        if (request.toTagLength() > 0) {
            final int slot = tokens.parsePrefix(buffer, request.toTagOffset(), request.toTagLength());
            if (slot != SlotToken.NOT_A_TOKEN) {
                return slot;
            }
        }
        if (request.method() == SipMethod.INVITE) {
            final int slot = slotOfNamed(request);
            if (slot != SlotToken.NOT_A_TOKEN) {
                return slot;
            }
        }
        if (request.callIdLength() <= 0) {
            return 0;
        }
        key.wrap(request);
        return slotHash.slotOf(key.buffer(), key.offset(), key.length());
    }

    /** By the tag of ours in a dialog that is to be replaced or joined. */
    private int slotOfNamed(final SipMessage invite) {
        final int replaces = invite.firstHeader(HeaderName.REPLACES);
        final int header = replaces >= 0 ? replaces : invite.firstHeader(HeaderName.JOIN);
        return header >= 0 && named.wrap(invite, header)
                ? tokens.parsePrefix(invite.buffer(), named.toTagOffset(), named.toTagLength())
                : SlotToken.NOT_A_TOKEN;
    }

    /** By the token in the topmost Route, or in a Request-URI that a strict router has put it in. */
    private int slotOfRoute(final SipMessage request) {
        final int route = request.firstHeader(HeaderName.ROUTE);
        final int slot = route < 0
                ? SlotToken.NOT_A_TOKEN
                : slotInUri(request, request.headerValueOffset(route), request.headerValueLength(route));
        return slot != SlotToken.NOT_A_TOKEN
                ? slot
                : slotInUri(request, request.requestUriOffset(), request.requestUriLength());
    }

    private int slotInUri(final SipMessage request, final int offset, final int length) {
        final String text = request.buffer().getStringWithoutLengthAscii(offset, length);
        final int at = text.split(">", 2)[0].indexOf(TOKEN);
        return at < 0
                ? SlotToken.NOT_A_TOKEN
                : tokens.parsePrefix(request.buffer(), offset + at + TOKEN.length(), length - at - TOKEN.length());
    }

    private int slotOfResponse(final SipMessage response) {
        return via.wrap(response) && via.hasMagicCookie()
                ? tokens.parsePrefix(
                        response.buffer(),
                        via.branchOffset() + MAGIC_COOKIE_BYTES,
                        via.branchLength() - MAGIC_COOKIE_BYTES)
                : SlotToken.NOT_A_TOKEN;
    }
}
