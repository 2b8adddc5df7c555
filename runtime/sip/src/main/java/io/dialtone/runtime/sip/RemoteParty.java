package io.dialtone.runtime.sip;

import io.dialtone.runtime.engine.ImageReader;
import io.dialtone.runtime.engine.ImageWriter;
import io.dialtone.runtime.engine.ReplyPort;
import io.dialtone.sip.codec.AsciiWriter;
import io.dialtone.sip.codec.HeaderName;
import io.dialtone.sip.codec.IpLiteral;
import io.dialtone.sip.codec.NameAddrView;
import io.dialtone.sip.codec.SipMessage;
import io.dialtone.sip.codec.SipMethod;
import io.dialtone.sip.codec.SipWriter;
import io.dialtone.sip.codec.UriView;
import io.dialtone.sip.locate.Destination;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What a dialog must know of its peer to send it a request: remote target, route set, and the headers that name the dialog (RFC 3261 section 12.1.1). Pooled with its
 * dialog; called only by the owning worker.
 */
final class RemoteParty {
    private static final byte[] TAG = ascii(";tag=");
    private static final int SIP_PORT = 5060;

    private final BytesPool pool;
    private final UnsafeBuffer target = new UnsafeBuffer(0, 0);
    private final UnsafeBuffer routes = new UnsafeBuffer(0, 0);
    private final UnsafeBuffer names = new UnsafeBuffer(0, 0);
    private byte @Nullable [] targetBytes;
    private byte @Nullable [] routesBytes;
    private byte @Nullable [] namesBytes;

    RemoteParty(final BytesPool pool) {
        this.pool = pool;
    }

    /** Learns all from the INVITE that made the dialog. */
    void learn(final SipMessage invite, final LocalTag localTag, final Scratch scratch) {
        final AsciiWriter out = scratch.out.clear();
        putNames(invite, localTag, out);
        namesBytes = keep(namesBytes, names, out);
        out.clear();
        putRoutes(invite, out);
        routesBytes = keep(routesBytes, routes, out);
        learnTarget(invite, scratch);
    }

    /** Learns all from the NOTIFY that begins the dialog of a subscription of ours (RFC 6665 section 4.4.1). */
    void learnFromNotify(final SipMessage notify, final Scratch scratch) {
        final AsciiWriter out = scratch.out.clear();
        putNames(notify, HeaderName.TO, HeaderName.FROM, out);
        namesBytes = keep(namesBytes, names, out);
        out.clear();
        putRoutes(notify, out);
        routesBytes = keep(routesBytes, routes, out);
        learnTarget(notify, scratch);
    }

    /** Learns the target anew, as an INVITE or UPDATE within the dialog refreshes it (RFC 3261 section 12.2.2). */
    void learnTarget(final SipMessage request, final Scratch scratch) {
        learnTarget(request, HeaderName.FROM, scratch);
    }

    /** Learns the target anew from the answer to an INVITE or UPDATE of ours (RFC 3261 section 12.2.1.2). */
    void learnTargetFromAnswer(final SipMessage response, final Scratch scratch) {
        learnTarget(response, HeaderName.TO, scratch);
    }

    private void learnTarget(final SipMessage message, final HeaderName otherwise, final Scratch scratch) {
        final int contact = message.firstHeader(HeaderName.CONTACT);
        final boolean hasContact = contact >= 0 && scratch.address.wrap(message, contact) && !scratch.address.isStar();
        if (hasContact || target.capacity() == 0) {
            final AsciiWriter out = scratch.out.clear();
            if (hasContact || scratch.address.wrap(message, message.firstHeader(otherwise))) {
                out.put(message.buffer(), scratch.address.uriOffset(), scratch.address.uriLength());
            }
            targetBytes = keep(targetBytes, target, out);
        }
    }

    /** Learns all from an answer to the INVITE by which we began the dialog (RFC 3261 section 12.1.2). */
    void learnFromAnswer(final SipMessage response, final Scratch scratch) {
        final AsciiWriter out = scratch.out.clear();
        putNames(response, HeaderName.FROM, HeaderName.TO, out);
        namesBytes = keep(namesBytes, names, out);
        out.clear();
        putRoutesReversed(response, scratch, out);
        routesBytes = keep(routesBytes, routes, out);
        learnTarget(response, HeaderName.TO, scratch);
    }

    /** True if it was learnt what a request needs. */
    boolean isKnown() {
        return namesBytes != null;
    }

    /**
     * Begins a request of the dialog: all but what its method wants besides.
     *
     * @param via the whole Via value
     */
    void begin(
            final SipWriter writer,
            final SipMethod method,
            final AsciiWriter via,
            final long cseq,
            final Scratch scratch) {
        final boolean strict = isStrict(scratch);
        if (strict) {
            writer.request(method, routes, scratch.address.uriOffset(), scratch.address.uriLength());
        } else {
            writer.request(method, target, 0, target.capacity());
        }
        writer.header(HeaderName.VIA, via.buffer(), via.offset(), via.length());
        writer.header(HeaderName.MAX_FORWARDS, RequestComposer.MAX_FORWARDS);
        final AsciiWriter out = writer.out();
        int from = 0;
        if (strict) {
            // The first route has become the Request-URI, and the target the last route (RFC 3261 section 12.2.1.1).
            from = scratch.address.nextValueOffset() < 0 ? routes.capacity() : scratch.address.nextValueOffset();
        }
        if (from < routes.capacity()) {
            writer.header(HeaderName.ROUTE, routes, from, routes.capacity() - from);
        }
        if (strict) {
            writer.begin(HeaderName.ROUTE)
                    .put('<')
                    .put(target, 0, target.capacity())
                    .put('>');
            writer.end();
        }
        out.put(names, 0, names.capacity());
        writer.begin(HeaderName.CSEQ).putNumber(cseq).put(' ').put(method);
        writer.end();
    }

    /**
     * Leads to another service of the worker if the first route, or else the target, is of one. Leaves a connection of the peer as it is, unless it is to be reached by TLS and the connection is none; else
     * aims at the first route, or else at the target, if that is an address. A name leaves the port as it is, at who sent the
     * INVITE: there it goes if nobody knows the name.
     *
     * @return the name, which is still to be looked up; null if there is none
     */
    @Nullable
    Destination aim(final ReplyPort port, final int slot, final Scratch scratch, final AddressTexts addresses) {
        final boolean hasRoute = routes.capacity() > 0 && scratch.address.wrap(routes, 0, routes.capacity());
        final DirectBuffer buffer = hasRoute ? routes : target;
        final int offset = hasRoute ? scratch.address.uriOffset() : 0;
        final int length = hasRoute ? scratch.address.uriLength() : target.capacity();
        if (addresses.within().tryUri(port, buffer, offset, length, slot)) {
            return null;
        }
        // Past those of the chain that are not in the path; a connection is that of the caller, if any.
        final boolean isPeersConnection = port.isOfConnection() && (!port.isWithin() || port.remotePort() != 0);
        port.outside();
        final boolean isSips = UriView.isSips(buffer, offset, length);
        if (isPeersConnection && (!isSips || SipsRules.isSecure(port))) {
            return null;
        }
        final UriView uri = scratch.uri;
        if (addresses.tryAim(port, buffer, offset, length)
                || !uri.parse(buffer, offset, length)
                || uri.hostOffset() < 0) {
            return null;
        }
        if (isSips) {
            final Destination secure = Destinations.of(buffer, uri);
            return secure == null ? Destinations.BY_TLS_TO_NOBODY : secure; // that is nobody, if it is an address
        }
        if (!scratch.literal.parse(buffer, uri.hostOffset(), uri.hostLength())) {
            return Destinations.of(buffer, uri);
        }
        port.remote(scratch.literal.high(), scratch.literal.low(), uri.port() > 0 ? uri.port() : SIP_PORT);
        return null;
    }

    /** Writes target, routes and names, each: length (32) or -1, bytes. */
    void encode(final ImageWriter image) {
        PooledBytes.encode(targetBytes, target.capacity(), image);
        PooledBytes.encode(routesBytes, routes.capacity(), image);
        PooledBytes.encode(namesBytes, names.capacity(), image);
    }

    /** Reads what {@link #encode} wrote. */
    void decode(final ImageReader image) {
        targetBytes = PooledBytes.decode(image, target, pool);
        routesBytes = PooledBytes.decode(image, routes, pool);
        namesBytes = PooledBytes.decode(image, names, pool);
    }

    void close() {
        release(targetBytes, target);
        release(routesBytes, routes);
        release(namesBytes, names);
        targetBytes = null;
        routesBytes = null;
        namesBytes = null;
    }

    private boolean isStrict(final Scratch scratch) {
        return routes.capacity() > 0
                && scratch.address.wrap(routes, 0, routes.capacity())
                && scratch.uri.parse(routes, scratch.address.uriOffset(), scratch.address.uriLength())
                && !scratch.uri.isLooseRouter();
    }

    /** From, To and Call-ID of our requests: the peer's, with From and To the other way round. */
    private static void putNames(final SipMessage invite, final LocalTag localTag, final AsciiWriter out) {
        putName(HeaderName.FROM, invite, HeaderName.TO, out);
        out.put(TAG).put(localTag.buffer(), 0, localTag.length()).putLineEnd();
        putName(HeaderName.TO, invite, HeaderName.FROM, out);
        out.putLineEnd();
        putCallId(invite, out);
    }

    /** The same of a message that has both tags: which of its headers are From and To of ours. */
    private static void putNames(
            final SipMessage message, final HeaderName from, final HeaderName to, final AsciiWriter out) {
        putName(HeaderName.FROM, message, from, out);
        out.putLineEnd();
        putName(HeaderName.TO, message, to, out);
        out.putLineEnd();
        putCallId(message, out);
    }

    private static void putName(
            final HeaderName as, final SipMessage message, final HeaderName name, final AsciiWriter out) {
        out.put(as).put(':').put(' ');
        putUnfolded(message, message.firstHeader(name), out);
    }

    private static void putCallId(final SipMessage message, final AsciiWriter out) {
        out.put(HeaderName.CALL_ID)
                .put(':')
                .put(' ')
                .put(message.buffer(), message.callIdOffset(), message.callIdLength())
                .putLineEnd();
    }

    /** All values of Record-Route in their order, in one line (RFC 3261 section 12.1.1). */
    private static void putRoutes(final SipMessage invite, final AsciiWriter out) {
        for (int i = invite.firstHeader(HeaderName.RECORD_ROUTE); i >= 0; i = invite.nextHeader(i)) {
            if (out.length() > 0) {
                out.put(',').put(' ');
            }
            putUnfolded(invite, i, out);
        }
    }

    /** All values of Record-Route, the last one first, in one line (RFC 3261 section 12.1.2). */
    private static void putRoutesReversed(final SipMessage response, final Scratch scratch, final AsciiWriter out) {
        int count = 0;
        for (int i = response.firstHeader(HeaderName.RECORD_ROUTE); i >= 0; i = response.nextHeader(i)) {
            boolean more = scratch.address.wrap(response, i);
            while (more) {
                count = scratch.putPlace(count, scratch.address.valueOffset(), scratch.address.valueEnd());
                more = scratch.address.next();
            }
        }
        for (int i = count - 2; i >= 0; i -= 2) {
            if (out.length() > 0) {
                out.put(',').put(' ');
            }
            putUnfolded(response, scratch.places[i], scratch.places[i + 1], out);
        }
    }

    private static void putUnfolded(final SipMessage message, final int header, final AsciiWriter out) {
        final int offset = message.headerValueOffset(header);
        putUnfolded(message, offset, offset + message.headerValueLength(header), out);
    }

    private static void putUnfolded(final SipMessage message, final int offset, final int end, final AsciiWriter out) {
        for (int at = offset; at < end; at++) {
            final byte b = message.buffer().getByte(at);
            out.put(b == '\r' || b == '\n' ? ' ' : (char) (b & 0xFF));
        }
    }

    private byte @Nullable [] keep(final byte @Nullable [] old, final UnsafeBuffer view, final AsciiWriter text) {
        release(old, view);
        if (text.length() == 0) {
            return null;
        }
        final byte[] bytes = pool.acquire(text.length());
        text.buffer().getBytes(text.offset(), bytes, 0, text.length());
        view.wrap(bytes, 0, text.length());
        return bytes;
    }

    private void release(final byte @Nullable [] bytes, final UnsafeBuffer view) {
        if (bytes != null) {
            view.wrap(0, 0);
            pool.release(bytes);
        }
    }

    private static byte[] ascii(final String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Views and room for text, shared by all dialogs of a worker. */
    static final class Scratch {
        private static final int TEXT_BYTES_MAX = 1 << 16;

        private final AsciiWriter out = new AsciiWriter(TEXT_BYTES_MAX);
        private final NameAddrView address = new NameAddrView();
        private final UriView uri = new UriView();
        private final IpLiteral literal = new IpLiteral();
        /** Begins and ends of values. */
        private int[] places = new int[16];

        private int putPlace(final int count, final int begin, final int end) {
            if (count + 2 > places.length) {
                places = Arrays.copyOf(places, 2 * places.length);
            }
            places[count] = begin;
            places[count + 1] = end;
            return count + 2;
        }
    }
}
