package io.dialtone.runtime.sip;

import io.dialtone.placement.table.SipHash;
import io.dialtone.runtime.engine.ReplyPort;
import io.dialtone.sip.codec.HeaderName;
import io.dialtone.sip.codec.NameAddrView;
import io.dialtone.sip.codec.SipMessage;
import io.dialtone.sip.codec.SipMethod;
import io.dialtone.sip.codec.UriView;
import io.dialtone.sip.codec.ViaView;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Names connections by who has registered by them: a number made of the address of record and the instance of the Contact (RFC 5626), or else the Contact's URI, the same on all nodes. The edge
 * that has the connection is told with the 2xx, so only whom the service believes has a name. Called only by the owning worker.
 *
 * <p>Who registers through a proxy is not at the other end of the connection, and gets no name; nor does who registers several contacts at once.
 */
final class RegistrationNames {
    private static final byte[] INSTANCE = {'+', 's', 'i', 'p', '.', 'i', 'n', 's', 't', 'a', 'n', 'c', 'e'};
    private static final byte[] EXPIRES = {'e', 'x', 'p', 'i', 'r', 'e', 's'};
    private static final int ADDRESS_BYTES_MAX = 512;
    private static final byte NUL = 0;

    private final SipHash hash;
    private final ViaView via = new ViaView();
    private final NameAddrView address = new NameAddrView();
    private final UriView uri = new UriView();
    private final UnsafeBuffer record = new UnsafeBuffer(new byte[ADDRESS_BYTES_MAX]);

    RegistrationNames(final SipHash hash) {
        this.hash = hash;
    }

    /** A REGISTER gets a 2xx by this port: the connection has a name from then on. */
    void onAccepted(final SipMessage register, final ReplyPort port) {
        assert register.method() == SipMethod.REGISTER : register.method();
        final long name = of(register, port);
        if (name != 0) {
            port.naming(name);
        }
    }

    /** The name that the connection of a REGISTER is to have; 0 if none. */
    long of(final SipMessage register, final ReplyPort port) {
        return port.isStream() && !port.isWithin() && isOfNeighbour(register) ? nameOf(register) : 0;
    }

    private boolean isOfNeighbour(final SipMessage register) {
        return via.wrap(register) && !via.isFollowedOnLine() && register.nextHeader(via.header()) < 0;
    }

    /** 0 if there is none. */
    private long nameOf(final SipMessage register) {
        final DirectBuffer buffer = register.buffer();
        final int to = register.firstHeader(HeaderName.TO);
        if (to < 0
                || !address.wrap(register, to)
                || !uri.parse(buffer, address.uriOffset(), address.uriLength())
                || Math.max(0, uri.userLength()) + 1 + uri.hostLength() > ADDRESS_BYTES_MAX) {
            return 0;
        }
        int length = 0;
        if (uri.userLength() > 0) {
            record.putBytes(0, buffer, uri.userOffset(), uri.userLength());
            length = uri.userLength();
        }
        record.putByte(length++, NUL);
        for (int i = 0; i < uri.hostLength(); i++) {
            final byte each = buffer.getByte(uri.hostOffset() + i);
            record.putByte(length++, each >= 'A' && each <= 'Z' ? (byte) (each + ('a' - 'A')) : each);
        }
        final long ofRecord = hash.hash(record, 0, length);
        final int contact = register.firstHeader(HeaderName.CONTACT);
        if (contact < 0
                || register.nextHeader(contact) >= 0
                || !address.wrap(register, contact)
                || address.isStar()
                || address.nextValueOffset() >= 0
                || isRemoved(register)) {
            return 0;
        }
        return address.findParam(INSTANCE) && address.paramValueLength() > 0
                ? hash.hash(ofRecord, buffer, address.paramValueOffset(), address.paramValueLength())
                : hash.hash(ofRecord, buffer, address.uriOffset(), address.uriLength());
    }

    private boolean isRemoved(final SipMessage register) {
        final DirectBuffer buffer = register.buffer();
        if (address.findParam(EXPIRES)) {
            return isZero(buffer, address.paramValueOffset(), address.paramValueLength());
        }
        final int expires = register.firstHeader(HeaderName.EXPIRES);
        return expires >= 0 && isZero(buffer, register.headerValueOffset(expires), register.headerValueLength(expires));
    }

    private static boolean isZero(final DirectBuffer buffer, final int offset, final int length) {
        for (int i = 0; i < length; i++) {
            if (buffer.getByte(offset + i) != '0') {
                return false;
            }
        }
        return length > 0;
    }
}
