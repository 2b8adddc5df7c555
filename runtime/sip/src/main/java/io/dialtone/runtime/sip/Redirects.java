package io.dialtone.runtime.sip;

import io.dialtone.placement.table.SipHash;
import io.dialtone.sip.codec.AsciiWriter;
import io.dialtone.sip.codec.HeaderName;
import io.dialtone.sip.codec.NameAddrView;
import io.dialtone.sip.codec.SipMessage;
import io.dialtone.sip.codec.UriView;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Makes targets of what a 3xx names in Contact (RFC 3261 sections 16.5 and 16.7 step 4). Called only by the owning worker.
 *
 * <p>Two URIs are the same if scheme, user, host, port and transport are; what else they say is not looked at, so that a server which adds a parameter each time is not asked for ever.
 */
final class Redirects {
    /** Of further contacts of one response nothing is read, and they go back to nobody. */
    private static final int CONTACTS_MAX = 32;

    private static final int URI_BYTES_MAX = 1 << 10;
    private static final int KEY_BYTES_MAX = 2 * URI_BYTES_MAX;
    private static final int LINES_BYTES_MAX = 1 << 13;
    private static final int Q_ONE = 1_000;
    private static final int DECIMAL = 10;
    private static final byte[] Q = {'q'};
    private static final byte[] TRANSPORT = {'t', 'r', 'a', 'n', 's', 'p', 'o', 'r', 't'};

    /** What has become of the contacts of a 3xx. */
    enum Outcome {
        /** None was added: it is a refusal like others. */
        NONE,
        /** All that were there are targets now, or were before: it need not go back. */
        ALL,
        /** Some are; {@link #rest} says which are not. */
        SOME
    }

    private final SipContext context;
    private final ProxyPool pool;
    private final NextHop way;
    private final SipHash hash;
    private final NameAddrView address = new NameAddrView();
    private final UriView uri = new UriView();
    private final AsciiWriter key = new AsciiWriter(KEY_BYTES_MAX);
    private final AsciiWriter rest = new AsciiWriter(LINES_BYTES_MAX);
    private final UnsafeBuffer copy = new UnsafeBuffer(0, 0);
    private final int[] qs = new int[CONTACTS_MAX];
    private final ProxyTarget[] found = new ProxyTarget[CONTACTS_MAX];
    private int count;

    Redirects(final SipContext context, final ProxyPool pool, final NextHop way, final SipHash hash) {
        this.context = context;
        this.pool = pool;
        this.way = way;
        this.hash = hash;
    }

    /** A target is to be tried, or was: a 3xx does not name it anew. */
    void remember(final ResponseContext proxied, final ProxyTarget target) {
        if (uri.parse(target.uri(), 0, target.uri().capacity())) {
            proxied.tried.addLong(keyOf(target.uri()));
        }
    }

    /**
     * Adds the contacts of a 3xx to the targets, before those that are there; those with the highest q are of the first group.
     *
     * @param request the request that was passed on, whose routes have been read
     */
    Outcome follow(
            final ResponseContext proxied,
            final ServerTransaction server,
            final SipMessage request,
            final SipMessage response,
            final int branchesLeft) {
        rest.clear();
        count = 0;
        if (!uri.parse(request.buffer(), request.requestUriOffset(), request.requestUriLength())) {
            return Outcome.NONE;
        }
        int left = Math.min(proxied.redirectsLeft, branchesLeft);
        boolean isAll = true;
        final DirectBuffer buffer = response.buffer();
        for (int i = response.firstHeader(HeaderName.CONTACT); i >= 0; i = response.nextHeader(i)) {
            boolean more = address.wrap(response, i);
            while (more) {
                if (!isTried(proxied, buffer)) {
                    if (left > 0 && count < CONTACTS_MAX && add(proxied, server, request, buffer)) {
                        left--;
                    } else {
                        isAll = false;
                        putRest(buffer);
                    }
                }
                more = address.next();
            }
        }
        if (count == 0) {
            return isAll && response.firstHeader(HeaderName.CONTACT) >= 0 ? Outcome.ALL : Outcome.NONE;
        }
        proxied.redirectsLeft -= count;
        context.counters().add(SipCounter.REDIRECTS_FOLLOWED, count);
        group(proxied);
        return isAll ? Outcome.ALL : Outcome.SOME;
    }

    /** How many targets the last 3xx has added. */
    int added() {
        return count;
    }

    /** Header lines with the contacts that were not added. */
    AsciiWriter rest() {
        return rest;
    }

    private void putRest(final DirectBuffer buffer) {
        rest.put("Contact: ")
                .put(buffer, address.valueOffset(), address.valueEnd() - address.valueOffset())
                .putLineEnd();
    }

    private boolean isTried(final ResponseContext proxied, final DirectBuffer buffer) {
        return !address.isStar()
                && uri.parse(buffer, address.uriOffset(), address.uriLength())
                && uri.isSip()
                && proxied.tried.containsLong(keyOf(buffer));
    }

    /** False if the contact is nobody we can send to, or is {@code sips} where the request is not, or the other way round. */
    private boolean add(
            final ResponseContext proxied,
            final ServerTransaction server,
            final SipMessage request,
            final DirectBuffer buffer) {
        final int offset = address.uriOffset();
        final int length = address.uriLength();
        if (address.isStar()
                || length > URI_BYTES_MAX
                || !uri.parse(buffer, offset, length)
                || !uri.isSip()
                || uri.headersLength() > 0) {
            return false;
        }
        final long itsKey = keyOf(buffer);
        final int q = readQ(buffer);
        final ProxyTarget target = pool.newTarget();
        target.uri(buffer, offset, length, pool.bytes());
        if (!way.tryAim(server, request, target)) {
            pool.release(target);
            return false;
        }
        if (proxied.isWatched || proxied.call != null) {
            target.name = buffer.getStringWithoutLengthAscii(offset, length);
        }
        target.ringForNs = proxied.ringForNs;
        proxied.tried.addLong(itsKey);
        qs[count] = q;
        found[count] = target;
        count++;
        return true;
    }

    /** The greatest q first, equals together and as they came. */
    private void group(final ResponseContext proxied) {
        for (int i = 1; i < count; i++) {
            final ProxyTarget target = found[i];
            final int q = qs[i];
            int at = i;
            for (; at > 0 && qs[at - 1] < q; at--) {
                qs[at] = qs[at - 1];
                found[at] = found[at - 1];
            }
            qs[at] = q;
            found[at] = target;
        }
        int group = proxied.targets.isEmpty() ? 0 : proxied.targets.getFirst().group - 1;
        for (int i = count - 1; i >= 0; i--) {
            if (i < count - 1 && qs[i] != qs[i + 1]) {
                group--;
            }
            found[i].group = group;
            proxied.targets.addFirst(found[i]);
        }
    }

    /** In thousandths; 1 if nothing, or nothing that makes sense, is said. */
    private int readQ(final DirectBuffer buffer) {
        if (!address.findParam(Q) || address.paramValueLength() <= 0) {
            return Q_ONE;
        }
        final int from = address.paramValueOffset();
        int q = 0;
        int scale = Q_ONE;
        for (int i = 0; i < address.paramValueLength() && scale > 0; i++) {
            final byte b = buffer.getByte(from + i);
            if (b == '.' && i == 1) {
                continue;
            }
            if (b < '0' || b > '9') {
                return Q_ONE;
            }
            q += (b - '0') * scale;
            scale /= DECIMAL;
        }
        return Math.min(q, Q_ONE);
    }

    /** A hash of what makes the URI, just parsed, the same as another. */
    private long keyOf(final DirectBuffer buffer) {
        key.clear().putNumber(uri.scheme() == UriView.Scheme.SIPS ? 1 : 0).put('@');
        if (uri.userLength() > 0) {
            key.put(buffer, uri.userOffset(), uri.userLength());
        }
        key.put('@');
        putLower(buffer, uri.hostOffset(), uri.hostLength());
        key.put(':').putNumber(Math.max(0, uri.port())).put(';');
        if (uri.findParam(TRANSPORT)) {
            putLower(buffer, uri.paramValueOffset(), uri.paramValueLength());
        }
        copy.wrap(key.buffer(), key.offset(), key.length());
        return hash.hash(copy, 0, key.length());
    }

    private void putLower(final DirectBuffer buffer, final int offset, final int length) {
        for (int i = 0; i < length; i++) {
            final byte b = buffer.getByte(offset + i);
            key.put((char) (b >= 'A' && b <= 'Z' ? b + 32 : b));
        }
    }
}
