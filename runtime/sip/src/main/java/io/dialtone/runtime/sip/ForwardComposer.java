package io.dialtone.runtime.sip;

import io.dialtone.api.AffinityRule;
import io.dialtone.placement.table.SlotToken;
import io.dialtone.runtime.engine.ReplyPort;
import io.dialtone.sip.codec.AsciiWriter;
import io.dialtone.sip.codec.HeaderName;
import io.dialtone.sip.codec.SipEditor;
import io.dialtone.sip.codec.SipMessage;
import io.dialtone.sip.codec.ViaView;
import java.nio.charset.StandardCharsets;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Writes what a proxy passes on (RFC 3261 sections 16.6 and 16.7): the message as it came, byte for byte, save what a proxy must change. Called only by the owning worker.
 *
 * <p>Our Record-Route has one side if both peers are reached at one listener by datagrams. Else it has two, each with the listener that its peer knows, and with the connection of that peer
 * (RFC 5658, RFC 5626 section 5.3).
 */
final class ForwardComposer {
    /** The message has no Via but ours: it is nobody's answer. */
    static final int NO_WAY_BACK = -3;

    private static final byte[] VIA = ascii("Via: ");
    private static final byte[] ROUTE = ascii("Route: ");
    private static final byte[] RECORD_ROUTE = ascii("Record-Route: <sip:");
    private static final byte[] SIPS_RECORD_ROUTE = ascii("Record-Route: <sips:");
    private static final byte[] SIP = ascii("sip");
    private static final int SIPS_LENGTH = 4;
    private static final int URI_BYTES_MAX = 1 << 10;
    private static final byte[] TOKEN = ascii(";lr;" + SlotToken.URI_PARAM + "=");
    private static final byte[] RECORD_ROUTE_END = ascii(">\r\n");

    private final SipContext context;
    private final ClientLayer clients;
    private final FlowParam flows;
    private final SipsRules sips;
    private final SipEditor editor = new SipEditor();
    private final AsciiWriter plain = new AsciiWriter(URI_BYTES_MAX);
    private final UnsafeBuffer target = new UnsafeBuffer(0, 0);
    private final boolean isSessionNamed;
    private final UnsafeBuffer session = new UnsafeBuffer(new byte[Base32.LONG_CHARACTERS]);
    private final UnsafeBuffer token = new UnsafeBuffer(new byte[SlotToken.LENGTH]);

    ForwardComposer(final SipContext context, final ClientLayer clients, final FlowParam flows, final SipsRules sips) {
        this.context = context;
        this.clients = clients;
        this.flows = flows;
        this.sips = sips;
        isSessionNamed = context.service().affinity().kind() != AffinityRule.Kind.CALL_ID;
    }

    /**
     * Writes a request as it goes to one target.
     *
     * @param routes has read the request
     * @param aim who gets it; null is who the request itself says
     * @param door the way it takes
     * @return its length, or a negative when it does not fit
     */
    int composeRequest(
            final MutableDirectBuffer to,
            final SipMessage request,
            final OwnRoutes routes,
            final ResponseContext response,
            final @Nullable ProxyTarget aim,
            final ReplyPort door,
            final int slot,
            final AsciiWriter branch) {
        final boolean isSips = routes.isRequestUriSips(request);
        readTarget(request, routes, aim, isSips);
        editor.begin(request);
        final AsciiWriter text = editor.text();
        int from = text.position();
        text.put(VIA);
        clients.putVia(text, door, branch);
        text.putLineEnd();
        editor.pushVia(from);
        if (response.isRecordRouting) {
            from = text.position();
            final boolean isSipsOnward = SipsRules.isSecure(door) && (isSips || isNextSips(request, routes, aim));
            putRecordRoutes(text, response, door, slot, aim != null && aim.hasFlow, isSips, isSipsOnward);
            editor.pushRecordRoute(from);
        }
        final int hops = request.maxForwards();
        editor.maxForwards(hops < 0 ? RequestComposer.MAX_FORWARDS : hops - 1);
        if (aim != null && aim.routes().capacity() > 0) {
            pushRoutes(request, aim.routes());
            routes.remove(request, editor, false);
            replaceUri(request, target, 0, target.capacity());
        } else {
            editRoutesAndUri(request, routes, door);
        }
        final DirectBuffer extra = response.extra();
        if (extra.capacity() > 0) {
            editor.insert(endOfHeaders(request), extra, 0, extra.capacity());
        }
        return editor.applyTo(to, 0, to.capacity());
    }

    /** The Request-URI that it gets: what is aimed at, without its {@code s} if the request came without (RFC 5630 section 5.3), for whom TLS is the way and not the demand. */
    private void readTarget(
            final SipMessage request, final OwnRoutes routes, final @Nullable ProxyTarget aim, final boolean isSips) {
        if (aim == null) {
            target.wrap(request.buffer(), routes.requestUriOffset(request), routes.requestUriLength(request));
        } else if (isSips || !SipsRules.isUri(aim.uri())) {
            target.wrap(aim.uri());
        } else {
            plain.clear().put(SIP).put(aim.uri(), SIPS_LENGTH, aim.uri().capacity() - SIPS_LENGTH);
            target.wrap(plain.buffer(), plain.offset(), plain.length());
        }
    }

    /** Whether the topmost Route that it leaves with is {@code sips}. */
    private boolean isNextSips(final SipMessage request, final OwnRoutes routes, final @Nullable ProxyTarget aim) {
        if (aim != null && aim.routes().capacity() > 0) {
            return sips.isFirst(aim.routes(), 0, aim.routes().capacity());
        }
        return routes.isNextSips(request);
    }

    private void editRoutesAndUri(final SipMessage request, final OwnRoutes routes, final ReplyPort door) {
        final DirectBuffer buffer = request.buffer();
        if (door.isWithin() || !routes.isNextStrict(buffer)) {
            routes.remove(request, editor, false);
            replaceUri(request, target, 0, target.capacity());
            return;
        }
        // A strict router wants its own URI in the Request-URI, and the target in the last route.
        final int next = routes.nextUriOffset();
        final int nextLength = routes.nextUriLength();
        final AsciiWriter text = editor.text();
        final int from = text.position();
        text.put(ROUTE).put('<').put(target, 0, target.capacity()).put('>').putLineEnd();
        editor.insertText(endOfLast(request, HeaderName.ROUTE), from);
        routes.remove(request, editor, true);
        replaceUri(request, buffer, next, nextLength);
    }

    private void replaceUri(final SipMessage request, final DirectBuffer uri, final int offset, final int length) {
        final int at = request.requestUriOffset();
        if (length == request.requestUriLength() && SameBytes.at(request.buffer(), at, uri, offset, length)) {
            return;
        }
        editor.replace(at, request.requestUriLength(), uri, offset, length);
    }

    private void pushRoutes(final SipMessage request, final DirectBuffer values) {
        final AsciiWriter text = editor.text();
        final int from = text.position();
        text.put(ROUTE).put(values, 0, values.capacity()).putLineEnd();
        final int first = request.firstHeader(HeaderName.ROUTE);
        editor.insertText(first < 0 ? endOfHeaders(request) : request.headerLineOffset(first), from);
    }

    private static int endOfHeaders(final SipMessage message) {
        return endOfLine(message, message.headerCount() - 1);
    }

    private static int endOfLast(final SipMessage message, final HeaderName name) {
        int last = message.firstHeader(name);
        for (int i = last; i >= 0; i = message.nextHeader(i)) {
            last = i;
        }
        return endOfLine(message, last);
    }

    private static int endOfLine(final SipMessage message, final int header) {
        return message.headerLineOffset(header) + message.headerLineLength(header);
    }

    private void putRecordRoutes(
            final AsciiWriter out,
            final ResponseContext response,
            final ReplyPort callee,
            final int slot,
            final boolean isFlowNamed,
            final boolean isSips,
            final boolean isSipsOnward) {
        final ReplyPort caller = response.port;
        final SipSession<?> keeper = response.call == null || !isSessionNamed ? null : response.call.session;
        final boolean isCallerConnected = caller.isOfConnection() && !caller.isWithin();
        final boolean isCalleeConnected = callee.isOfConnection() && !callee.isWithin();
        final boolean isPair = isCallerConnected
                || isCalleeConnected
                || isFlowNamed
                || caller.member() != callee.member()
                || caller.listener() != callee.listener();
        putRecordRoute(out, callee, slot, isPair, isCalleeConnected || isFlowNamed, isSipsOnward, keeper);
        if (isPair) {
            final boolean isSipsBack = SipsRules.isSecure(caller) && (isSips || isSipsOnward);
            putRecordRoute(out, caller, slot, true, isCallerConnected, isSipsBack, keeper);
        }
    }

    private void putRecordRoute(
            final AsciiWriter out,
            final ReplyPort door,
            final int slot,
            final boolean isOfPair,
            final boolean withPeer,
            final boolean isSips,
            final @Nullable SipSession<?> keeper) {
        context.tokens().write(slot, token, 0);
        out.put(isSips ? SIPS_RECORD_ROUTE : RECORD_ROUTE)
                .put(context.edges().hostPort(door.member(), door.listener()))
                .put(isSips ? Transports.sipsUriParam(door) : Transports.uriParam(door))
                .put(context.uriParam())
                .put(TOKEN)
                .put(token, 0, SlotToken.LENGTH);
        if (isOfPair) {
            flows.put(out.put(OwnRoutes.PAIR_PARAM), door, slot, withPeer);
        }
        if (keeper != null) {
            Base32.write(keeper.keyHash(), session, 0);
            out.put(OwnRoutes.SESSION_PARAM).put(session, 0, Base32.LONG_CHARACTERS);
        }
        out.put(RECORD_ROUTE_END);
    }

    /** Writes a response without its topmost Via, which is ours; a negative says that it goes to nobody. */
    int composeResponse(final MutableDirectBuffer to, final SipMessage response, final ViaView topmost) {
        final int line = response.firstHeader(HeaderName.VIA);
        if (topmost.nextValueOffset() < 0 && response.nextHeader(line) < 0) {
            return NO_WAY_BACK;
        }
        editor.begin(response);
        return editor.popVia(topmost) ? editor.applyTo(to, 0, to.capacity()) : NO_WAY_BACK;
    }

    /** The same, with these lines in the place of its contacts. */
    int composeResponse(
            final MutableDirectBuffer to,
            final SipMessage response,
            final ViaView topmost,
            final AsciiWriter contacts) {
        final int line = response.firstHeader(HeaderName.VIA);
        if (topmost.nextValueOffset() < 0 && response.nextHeader(line) < 0) {
            return NO_WAY_BACK;
        }
        editor.begin(response);
        if (!editor.popVia(topmost)) {
            return NO_WAY_BACK;
        }
        final int first = response.firstHeader(HeaderName.CONTACT);
        editor.replace(
                response.headerLineOffset(first),
                response.headerLineLength(first),
                contacts.buffer(),
                contacts.offset(),
                contacts.length());
        for (int i = response.nextHeader(first); i >= 0; i = response.nextHeader(i)) {
            editor.delete(response.headerLineOffset(i), response.headerLineLength(i));
        }
        return editor.applyTo(to, 0, to.capacity());
    }

    /** Writes a response with further header lines. */
    int composeWith(final MutableDirectBuffer to, final SipMessage response, final DirectBuffer lines) {
        editor.begin(response);
        editor.insert(endOfHeaders(response), lines, 0, lines.capacity());
        return editor.applyTo(to, 0, to.capacity());
    }

    private static byte[] ascii(final String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
