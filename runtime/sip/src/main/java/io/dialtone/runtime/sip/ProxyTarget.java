package io.dialtone.runtime.sip;

import io.dialtone.runtime.engine.ImageReader;
import io.dialtone.runtime.engine.ImageWriter;
import io.dialtone.runtime.engine.ReplyPort;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/** Somebody whom a proxied request is to be sent to, and the way there. Pooled; called only by the owning worker. */
final class ProxyTarget {
    private static final int FLAG_FLOW = 1;
    private static final int FLAG_NAMED = 2;
    private static final int FLAG_BARRED = 4;

    /** Which group of its context it is in; they are tried one after the other. */
    int group;
    /** How long its group may ring; 0 if nobody has said. */
    long ringForNs;
    /** True if it is reached by a flow, whatever its URI says. */
    boolean hasFlow;
    /** True if it is reached by a name whose servers are still to be found. */
    boolean isNamed;
    /** True if it may not get the request, because one of the two is {@code sips} and the way there, or the other, is not as good. */
    boolean isBarred;
    /** Its URI as text if what it says is to be shown; else empty. */
    String name = "";

    final ReplyPort port = new ReplyPort();
    private final UnsafeBuffer uri = new UnsafeBuffer(0, 0);
    private final UnsafeBuffer routes = new UnsafeBuffer(0, 0);
    private byte @Nullable [] uriBytes;
    private byte @Nullable [] routesBytes;

    void uri(final DirectBuffer buffer, final int offset, final int length, final BytesPool pool) {
        uriBytes = copy(buffer, offset, length, uri, pool);
    }

    void routes(final DirectBuffer buffer, final int offset, final int length, final BytesPool pool) {
        if (length > 0) {
            routesBytes = copy(buffer, offset, length, routes, pool);
        }
    }

    private static byte[] copy(
            final DirectBuffer buffer,
            final int offset,
            final int length,
            final UnsafeBuffer view,
            final BytesPool pool) {
        final byte[] bytes = pool.acquire(length);
        buffer.getBytes(offset, bytes, 0, length);
        view.wrap(bytes, 0, length);
        return bytes;
    }

    /** The Request-URI that it gets. */
    DirectBuffer uri() {
        return uri;
    }

    /** Values of Route that it gets before those that are there. */
    DirectBuffer routes() {
        return routes;
    }

    /** Writes: group (16) · time to ring, ns (64) · 1 if it has a flow, 2 if it has a name, 4 if it is barred (8) · door, as ReplyPort writes it · name: length (16), characters (16 each) · URI, then routes, each: length (32) or -1, bytes. */
    void encode(final ImageWriter image) {
        image.putShort(group)
                .putLong(ringForNs)
                .putByte((hasFlow ? FLAG_FLOW : 0) | (isNamed ? FLAG_NAMED : 0) | (isBarred ? FLAG_BARRED : 0));
        port.encode(image);
        image.putText(name);
        PooledBytes.encode(uriBytes, uri.capacity(), image);
        PooledBytes.encode(routesBytes, routes.capacity(), image);
    }

    /** Reads what {@link #encode} wrote. */
    void decode(final ImageReader image, final BytesPool pool) {
        group = image.readShort();
        ringForNs = image.readLong();
        final int flags = image.readByte();
        hasFlow = (flags & FLAG_FLOW) != 0;
        isNamed = (flags & FLAG_NAMED) != 0;
        isBarred = (flags & FLAG_BARRED) != 0;
        port.decode(image);
        name = image.readText();
        uriBytes = PooledBytes.decode(image, uri, pool);
        routesBytes = PooledBytes.decode(image, routes, pool);
        if (uriBytes == null) {
            image.refuse();
        }
    }

    /** Forgets everything before it goes back to its pool. */
    void close(final BytesPool pool) {
        if (uriBytes != null) {
            uri.wrap(0, 0);
            pool.release(uriBytes);
            uriBytes = null;
        }
        if (routesBytes != null) {
            routes.wrap(0, 0);
            pool.release(routesBytes);
            routesBytes = null;
        }
        group = 0;
        ringForNs = 0;
        hasFlow = false;
        isNamed = false;
        isBarred = false;
        name = "";
    }
}
