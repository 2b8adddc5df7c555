package io.dialtone.runtime.sip;

import io.dialtone.placement.table.SlotToken;
import io.dialtone.runtime.engine.ReplyPort;
import io.dialtone.sip.codec.HeaderName;
import io.dialtone.sip.codec.NameAddrView;
import io.dialtone.sip.codec.SipEditor;
import io.dialtone.sip.codec.SipMessage;
import io.dialtone.sip.codec.UriView;
import io.dialtone.sip.codec.ViaTransport;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Reads where a request is to go by its Route headers, and takes away what we have put there (RFC 3261 section 16.4): the first value if it is ours, and the second as well if both are of one
 * Record-Route of ours, that has two sides. Called only by the owning worker.
 *
 * <p>A route of ours either has a slot's token, then we wrote it, or it names the listener that the request came in by, as phones are told to.
 */
final class OwnRoutes {
    /** Says that a Record-Route of ours has two sides. */
    static final byte[] PAIR_PARAM = ";r2=on".getBytes(StandardCharsets.US_ASCII);

    /** Says which session keeps the call, where that is not the one that the Call-ID names. */
    static final byte[] SESSION_PARAM = ";ds=".getBytes(StandardCharsets.US_ASCII);

    private static final byte[] SESSION = {'d', 's'};
    private static final byte[] TOKEN = SlotToken.URI_PARAM.getBytes(StandardCharsets.US_ASCII);
    private static final byte[] PAIR = {'r', '2'};
    private static final int SIP_PORT = 5060;
    /** Where a value begins and ends, its URI, its length, and the header it is in. */
    private static final int FIELDS = 5;

    private final SipContext context;
    private final FlowParam flows;
    private final NameAddrView address = new NameAddrView();
    private final UriView uri = new UriView();
    private final ReplyPort flow = new ReplyPort();
    private int[] values = new int[8 * FIELDS];
    private int count;
    private int owned;
    private boolean hasFlow;
    /** What the last request said that {@link #isThroughUs} has looked at. */
    private boolean hasSession;

    private long sessionHash;
    private boolean isReadable;
    /** True if a strict router has put a route of ours in the place of the Request-URI; that is the last route then. */
    private boolean isStrict;

    OwnRoutes(final SipContext context, final FlowParam flows) {
        this.context = context;
        this.flows = flows;
    }

    /** True if a peer sends this within a dialog that we have put ourselves in the path of. */
    boolean isThroughUs(final SipMessage request) {
        final DirectBuffer buffer = request.buffer();
        final int route = request.firstHeader(HeaderName.ROUTE);
        hasSession = false;
        if ((route >= 0
                        && address.wrap(request, route)
                        && uri.parse(buffer, address.uriOffset(), address.uriLength())
                        && isWritten(buffer))
                || isStrictlyRouted(request)) {
            readSession(buffer);
            return true;
        }
        return false;
    }

    private void readSession(final DirectBuffer buffer) {
        hasSession = uri.findParam(SESSION)
                && uri.paramValueLength() == Base32.LONG_CHARACTERS
                && Base32.isLong(buffer, uri.paramValueOffset());
        sessionHash = hasSession ? Base32.read(buffer, uri.paramValueOffset()) : 0;
    }

    /** True if the request that {@link #isThroughUs} has looked at last says which session keeps its call. */
    boolean hasSession() {
        return hasSession;
    }

    /** Hash of that session's key. */
    long sessionHash() {
        return sessionHash;
    }

    private boolean isStrictlyRouted(final SipMessage request) {
        return uri.parse(request.buffer(), request.requestUriOffset(), request.requestUriLength())
                && isWritten(request.buffer());
    }

    /** Reads the routes of a request that came by this port. */
    void read(final SipMessage request, final ReplyPort port, final int slot) {
        count = 0;
        owned = 0;
        hasFlow = false;
        isReadable = true;
        isStrict = false;
        for (int i = request.firstHeader(HeaderName.ROUTE); i >= 0; i = request.nextHeader(i)) {
            boolean more = address.wrap(request, i);
            while (more) {
                add(i);
                more = address.next();
            }
            isReadable &= !address.isMalformed();
        }
        final DirectBuffer buffer = request.buffer();
        boolean isPair = false;
        if (count > 0 && isStrictlyRouted(request)) {
            isStrict = true;
            readFlow(buffer, slot);
            isPair = uri.hasParam(PAIR);
        } else if (count > 0 && parse(buffer, 0) && (isWritten(buffer) || isListener(buffer, port))) {
            isPair = take(buffer, slot);
        }
        if (isPair && owned < count && parse(buffer, owned) && isWritten(buffer) && uri.hasParam(PAIR)) {
            take(buffer, slot);
        }
    }

    /** The value that was just parsed has served; true if another belongs to it. */
    private boolean take(final DirectBuffer buffer, final int slot) {
        readFlow(buffer, slot);
        owned++;
        return uri.hasParam(PAIR);
    }

    private void add(final int header) {
        final int at = count * FIELDS;
        if (at == values.length) {
            values = Arrays.copyOf(values, 2 * values.length);
        }
        values[at] = address.valueOffset();
        values[at + 1] = address.valueEnd();
        values[at + 2] = address.uriOffset();
        values[at + 3] = address.uriLength();
        values[at + 4] = header;
        count++;
    }

    private boolean parse(final DirectBuffer buffer, final int index) {
        return uri.parse(buffer, values[index * FIELDS + 2], values[index * FIELDS + 3]);
    }

    private void readFlow(final DirectBuffer buffer, final int slot) {
        hasFlow = uri.findParam(FlowParam.NAME)
                && flows.read(buffer, uri.paramValueOffset(), uri.paramValueLength(), slot, flow);
    }

    private boolean isWritten(final DirectBuffer buffer) {
        return uri.isLooseRouter()
                && (context.chain().isAlone() || context.chain().placeOf(buffer, uri) == context.place())
                && uri.findParam(TOKEN)
                && context.tokens().parse(buffer, uri.paramValueOffset(), uri.paramValueLength())
                        != SlotToken.NOT_A_TOKEN;
    }

    private boolean isListener(final DirectBuffer buffer, final ReplyPort port) {
        final byte[] own = context.edges().hostPort(port.member(), port.listener());
        int colon = own.length - 1;
        int itsPort = 0;
        for (int scale = 1; colon >= 0 && own[colon] != ':'; colon--, scale *= 10) {
            itsPort += scale * (own[colon] - '0');
        }
        final int otherwise = uri.scheme() == UriView.Scheme.SIPS ? ViaTransport.TLS.defaultPort() : SIP_PORT;
        if (uri.hostLength() != colon || (uri.port() > 0 ? uri.port() : otherwise) != itsPort) {
            return false;
        }
        for (int i = 0; i < colon; i++) {
            if ((buffer.getByte(uri.hostOffset() + i) | 0x20) != (own[i] | 0x20)) {
                return false;
            }
        }
        return true;
    }

    /** False if there is a Route that makes no sense. */
    boolean isReadable() {
        return isReadable;
    }

    /** True if somebody else comes next, before the one the Request-URI names. */
    boolean hasNext() {
        return owned < count - (isStrict ? 1 : 0);
    }

    int nextUriOffset() {
        return values[owned * FIELDS + 2];
    }

    int nextUriLength() {
        return values[owned * FIELDS + 3];
    }

    /** True if who comes next wants to find its own URI in the Request-URI (RFC 3261 section 16.6 step 6). */
    boolean isNextStrict(final DirectBuffer buffer) {
        return hasNext() && parse(buffer, owned) && !uri.isLooseRouter();
    }

    /** True if who comes next is {@code sips}. */
    boolean isNextSips(final SipMessage request) {
        return hasNext() && UriView.isSips(request.buffer(), nextUriOffset(), nextUriLength());
    }

    /** True if the Request-URI that the request had before a strict router changed it is {@code sips}. */
    boolean isRequestUriSips(final SipMessage request) {
        return UriView.isSips(request.buffer(), requestUriOffset(request), requestUriLength(request));
    }

    /** Where the Request-URI stands that the request had before a strict router changed it. */
    int requestUriOffset(final SipMessage request) {
        return isStrict ? values[(count - 1) * FIELDS + 2] : request.requestUriOffset();
    }

    int requestUriLength(final SipMessage request) {
        return isStrict ? values[(count - 1) * FIELDS + 3] : request.requestUriLength();
    }

    /** The way to the other side, or null if that goes by its address. */
    @Nullable
    ReplyPort flow() {
        return hasFlow ? flow : null;
    }

    /**
     * Takes the values away that have served.
     *
     * @param withNext whether the next one goes as well, because it becomes the Request-URI
     */
    void remove(final SipMessage request, final SipEditor editor, final boolean withNext) {
        final int first = owned + (withNext ? 1 : 0);
        final int end = isStrict ? count - 1 : count;
        int at = 0;
        while (at < count) {
            int lineEnd = at;
            while (lineEnd < count && headerOf(lineEnd) == headerOf(at)) {
                lineEnd++;
            }
            removeOfLine(request, editor, at, lineEnd, first, end);
            at = lineEnd;
        }
    }

    /** Of one line's values those from {@code first} up to {@code end} stay. */
    private void removeOfLine(
            final SipMessage request,
            final SipEditor editor,
            final int line,
            final int lineEnd,
            final int first,
            final int end) {
        final int from = Math.max(line, first);
        final int to = Math.min(lineEnd, end);
        if (from >= to) {
            editor.delete(request.headerLineOffset(headerOf(line)), request.headerLineLength(headerOf(line)));
            return;
        }
        if (from > line) {
            editor.delete(values[line * FIELDS], values[from * FIELDS] - values[line * FIELDS]);
        }
        if (to < lineEnd) {
            final int last = values[(to - 1) * FIELDS + 1];
            editor.delete(last, values[(lineEnd - 1) * FIELDS + 1] - last);
        }
    }

    private int headerOf(final int index) {
        return values[index * FIELDS + 4];
    }
}
