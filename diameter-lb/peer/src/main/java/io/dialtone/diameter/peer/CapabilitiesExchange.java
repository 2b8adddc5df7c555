package io.dialtone.diameter.peer;

import io.dialtone.diameter.codec.AvpCursor;
import io.dialtone.diameter.codec.AvpFlags;
import io.dialtone.diameter.codec.BaseAvp;
import io.dialtone.diameter.codec.DiameterAddress;
import io.dialtone.diameter.codec.DiameterMessage;
import io.dialtone.diameter.codec.DiameterWriter;
import io.dialtone.diameter.codec.ResultCode;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.collections.IntArrayList;

/**
 * Reads what the other side says of itself in a CER or CEA, says what is wrong with it (RFC 6733 sections 5.3 and 7.1.5), and writes what we say of ourselves. What it
 * has read is valid until it reads again. Called only by the thread of its {@link PeerDoor}; off the message path, so it may allocate, but never more than a few times
 * what has come.
 */
final class CapabilitiesExchange {
    /** Host-IP-Addresses of a peer that are kept; there can be as many as AVPs in a message. */
    private static final int ADDRESSES_KEPT = 16;

    private static final int PRODUCT_LENGTH_MAX = 128;
    private static final int NO_INBAND_SECURITY = 0;
    private static final int INBAND_TLS = 1;
    private static final int ADDRESS_BYTES_MIN = 6;
    private static final int NUMBER_BYTES = 4;

    /** What goes into the Failed-AVP. */
    private enum Failed {
        NOTHING,
        /** Bytes of the message. */
        THAT_AVP,
        /** An example of what is missing. */
        MISSING,
        /** One of two. */
        MISSING_APPLICATION,
        /** All members of a group that name an application. */
        ITS_APPLICATIONS
    }

    private final LocalPeer local;
    private final Applications applications;
    private final AvpCursor cursor = new AvpCursor();
    private final AvpCursor member = new AvpCursor();
    private final IntArrayList ids = new IntArrayList();
    private final List<InetAddress> addresses = new ArrayList<>();

    private boolean withoutTls;
    private boolean withTls;
    private boolean saysSecurity;
    private String productName = "";

    private Failed failed = Failed.NOTHING;
    private int failedOffset;
    private int failedLength;
    private int missingCode;
    private int missingBytes;
    private String complaint = "";
    private Capabilities capabilities;

    CapabilitiesExchange(final LocalPeer local) {
        this.local = local;
        final int[] own =
                local.applications().stream().mapToInt(LocalApplication::id).toArray();
        this.applications = new Applications(own, own.length);
        this.capabilities = Capabilities.unknown(local.identity());
    }

    /** What was read, if it could be. */
    Capabilities capabilities() {
        return capabilities;
    }

    /** In words, for the Error-Message. */
    String complaint() {
        return complaint;
    }

    /** What we and somebody else support. */
    Applications common(final Applications theirs) {
        return applications.common(theirs);
    }

    // Reading

    /**
     * Reads a CER or CEA.
     *
     * @return SUCCESS or the Result-Code that says what is wrong. A CEA is read with a kinder eye: all that counts is who it is and what is supported
     */
    int read(final DiameterMessage message) {
        failed = Failed.NOTHING;
        complaint = "";
        ids.clear();
        addresses.clear();
        withoutTls = false;
        withTls = false;
        saysSecurity = false;
        productName = "";
        final boolean strict = message.isRequest();
        final int presence = strict ? missing(message) : ResultCode.SUCCESS;
        if (presence != ResultCode.SUCCESS) {
            return presence;
        }
        message.avps(cursor);
        while (cursor.next()) {
            final int result = avp(strict);
            if (result != ResultCode.SUCCESS) {
                return result;
            }
        }
        return finish(message);
    }

    /** The grammar of RFC 6733 section 5.3.1: what must be there, and what at most once. That Origin-Host and Origin-Realm are there once the codec has seen. */
    private int missing(final DiameterMessage message) {
        if (!message.has(BaseAvp.ORIGIN_HOST)) {
            return missing(BaseAvp.ORIGIN_HOST, 0);
        }
        if (!message.has(BaseAvp.ORIGIN_REALM)) {
            return missing(BaseAvp.ORIGIN_REALM, 0);
        }
        if (!message.has(BaseAvp.HOST_IP_ADDRESS)) {
            return missing(BaseAvp.HOST_IP_ADDRESS, ADDRESS_BYTES_MIN);
        }
        if (!message.has(BaseAvp.VENDOR_ID)) {
            return missing(BaseAvp.VENDOR_ID, NUMBER_BYTES);
        }
        if (!message.has(BaseAvp.PRODUCT_NAME)) {
            return missing(BaseAvp.PRODUCT_NAME, 0);
        }
        final int repeated = repeated(message, BaseAvp.VENDOR_ID);
        if (repeated != ResultCode.SUCCESS) {
            return repeated;
        }
        final int again = repeated(message, BaseAvp.PRODUCT_NAME);
        return again != ResultCode.SUCCESS ? again : repeated(message, BaseAvp.ORIGIN_STATE_ID);
    }

    private int missing(final BaseAvp avp, final int bytes) {
        failed = Failed.MISSING;
        missingCode = avp.code();
        missingBytes = bytes;
        complaint = avp + " is missing";
        return ResultCode.MISSING_AVP;
    }

    /** Points at the second one: it is the first that is too many. */
    private int repeated(final DiameterMessage message, final BaseAvp avp) {
        if (message.count(avp) < 2) {
            return ResultCode.SUCCESS;
        }
        int seen = 0;
        message.avps(cursor);
        while (cursor.next()) {
            if (cursor.is(avp.code(), 0) && ++seen == 2) {
                return thatAvp(ResultCode.AVP_OCCURS_TOO_MANY_TIMES, avp + " is there more than once");
            }
        }
        return ResultCode.SUCCESS;
    }

    private int thatAvp(final int result, final String why) {
        failed = Failed.THAT_AVP;
        failedOffset = cursor.avpOffset();
        failedLength = cursor.avpLength();
        complaint = why;
        return result;
    }

    private int avp(final boolean strict) {
        if (cursor.vendorId() != 0) {
            return unknown(strict);
        }
        return switch (cursor.code()) {
            case 257 -> address();
            case 258, 259 -> application();
            case 260 -> vendorSpecificApplication();
            case 299 -> security();
            case 269 -> product();
            default -> isOfTheBaseProtocol(cursor.code()) ? ResultCode.SUCCESS : unknown(strict);
        };
    }

    /** AVPs of RFC 6733 section 4.5, any of which may stand in a CER as one more. */
    private static boolean isOfTheBaseProtocol(final int code) {
        return (code >= 257 && code <= 299)
                || switch (code) {
                    case 1, 25, 27, 33, 44, 50, 55, 85, 480, 483, 485 -> true;
                    default -> false;
                };
    }

    private int unknown(final boolean strict) {
        return strict && cursor.isMandatory()
                ? thatAvp(ResultCode.AVP_UNSUPPORTED, "an AVP is mandatory and unknown")
                : ResultCode.SUCCESS;
    }

    private int address() {
        if (addresses.size() < ADDRESSES_KEPT) {
            DiameterAddress.read(cursor.buffer(), cursor.valueOffset(), cursor.valueLength())
                    .ifPresent(addresses::add);
        }
        return ResultCode.SUCCESS;
    }

    private int application() {
        if (cursor.unsigned32() < 0) {
            return thatAvp(ResultCode.INVALID_AVP_LENGTH, "an Application-Id does not have four bytes");
        }
        ids.addInt((int) cursor.unsigned32());
        return ResultCode.SUCCESS;
    }

    /** Exactly one application in each (RFC 6733 section 6.11); RFC 3588 has more than one vendor, which does no harm. */
    private int vendorSpecificApplication() {
        if (!cursor.enter(member)) {
            return thatAvp(ResultCode.INVALID_AVP_VALUE, "a Vendor-Specific-Application-Id is no group");
        }
        int named = 0;
        while (member.next()) {
            if (member.is(BaseAvp.AUTH_APPLICATION_ID.code(), 0) || member.is(BaseAvp.ACCT_APPLICATION_ID.code(), 0)) {
                if (member.unsigned32() < 0) {
                    return thatAvp(ResultCode.INVALID_AVP_LENGTH, "an Application-Id does not have four bytes");
                }
                ids.addInt((int) member.unsigned32());
                named++;
            }
        }
        if (member.isMalformed()) {
            return thatAvp(ResultCode.INVALID_AVP_LENGTH, "a Vendor-Specific-Application-Id cannot be read");
        }
        if (named == 0) {
            failed = Failed.MISSING_APPLICATION;
            complaint = "a Vendor-Specific-Application-Id names no application";
            return ResultCode.MISSING_AVP;
        }
        if (named > 1) {
            failed = Failed.ITS_APPLICATIONS;
            failedOffset = cursor.valueOffset();
            failedLength = cursor.valueLength();
            complaint = "a Vendor-Specific-Application-Id names more than one application";
            return ResultCode.AVP_OCCURS_TOO_MANY_TIMES;
        }
        return ResultCode.SUCCESS;
    }

    private int security() {
        saysSecurity = true;
        withoutTls |= cursor.unsigned32() == NO_INBAND_SECURITY;
        withTls |= cursor.unsigned32() == INBAND_TLS;
        return ResultCode.SUCCESS;
    }

    private int product() {
        productName =
                printable(cursor.buffer(), cursor.valueOffset(), Math.min(cursor.valueLength(), PRODUCT_LENGTH_MAX));
        return ResultCode.SUCCESS;
    }

    private int finish(final DiameterMessage message) {
        final String host = identity(message, BaseAvp.ORIGIN_HOST);
        final String realm = identity(message, BaseAvp.ORIGIN_REALM);
        if (host.isEmpty() || realm.isEmpty()) {
            final BaseAvp wrong = host.isEmpty() ? BaseAvp.ORIGIN_HOST : BaseAvp.ORIGIN_REALM;
            message.avps(cursor);
            while (cursor.next()) {
                if (cursor.is(wrong.code(), 0)) {
                    break;
                }
            }
            return cursor.avpOffset() < 0
                    ? missing(wrong, 0)
                    : thatAvp(ResultCode.INVALID_AVP_VALUE, wrong + " is no domain name");
        }
        final Applications theirs = new Applications(ids.toIntArray(), ids.size());
        capabilities = new Capabilities(
                new PeerIdentity(host, realm),
                List.copyOf(addresses),
                message.unsigned32(BaseAvp.VENDOR_ID),
                productName,
                message.unsigned32(BaseAvp.ORIGIN_STATE_ID),
                theirs,
                saysSecurity ? new Capabilities.Security(withoutTls, withTls) : Capabilities.Security.WITHOUT_TLS);
        return ResultCode.SUCCESS;
    }

    /** Empty if it is none. */
    private static String identity(final DiameterMessage message, final BaseAvp avp) {
        final int length = message.valueLength(avp);
        if (length == 0 || length > PeerIdentity.LENGTH_MAX) {
            return "";
        }
        final String text = printable(message.buffer(), message.valueOffset(avp), length);
        return PeerIdentity.isIdentity(text) ? text : "";
    }

    /** What is no printable character of ASCII becomes a question mark, in which no identity has any. */
    private static String printable(final DirectBuffer buffer, final int offset, final int length) {
        final StringBuilder text = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            final byte b = buffer.getByte(offset + i);
            text.append(b >= ' ' && b < 0x7F ? (char) b : '?');
        }
        return text.toString();
    }

    // Writing

    /** Writes what a CER and a CEA have in common, from Host-IP-Address on. */
    void write(final DiameterWriter writer, final boolean offersTls) {
        for (final InetAddress address : local.addresses()) {
            writer.address(BaseAvp.HOST_IP_ADDRESS.code(), AvpFlags.MANDATORY, 0, address);
        }
        writer.unsigned32(
                BaseAvp.VENDOR_ID.code(), AvpFlags.MANDATORY, 0, local.product().vendorId());
        writer.text(BaseAvp.PRODUCT_NAME.code(), 0, 0, local.product().name());
        writer.unsigned32(BaseAvp.ORIGIN_STATE_ID.code(), AvpFlags.MANDATORY, 0, local.originStateId());
        for (final long vendor : local.supportedVendors()) {
            writer.unsigned32(BaseAvp.SUPPORTED_VENDOR_ID.code(), AvpFlags.MANDATORY, 0, vendor);
        }
        for (final LocalApplication application : local.applications()) {
            write(writer, application);
        }
        if (offersTls) {
            writer.unsigned32(BaseAvp.INBAND_SECURITY_ID.code(), AvpFlags.MANDATORY, 0, NO_INBAND_SECURITY);
            writer.unsigned32(BaseAvp.INBAND_SECURITY_ID.code(), AvpFlags.MANDATORY, 0, INBAND_TLS);
        }
        writer.unsigned32(
                BaseAvp.FIRMWARE_REVISION.code(), 0, 0, local.product().firmwareRevision());
    }

    private static void write(final DiameterWriter writer, final LocalApplication application) {
        final int code = application.kind() == LocalApplication.Kind.AUTH
                ? BaseAvp.AUTH_APPLICATION_ID.code()
                : BaseAvp.ACCT_APPLICATION_ID.code();
        if (application.vendorId() == 0) {
            writer.unsigned32(code, AvpFlags.MANDATORY, 0, application.id());
            return;
        }
        writer.beginGroup(BaseAvp.VENDOR_SPECIFIC_APPLICATION_ID.code(), AvpFlags.MANDATORY, 0);
        writer.unsigned32(BaseAvp.VENDOR_ID.code(), AvpFlags.MANDATORY, 0, application.vendorId());
        writer.unsigned32(code, AvpFlags.MANDATORY, 0, application.id());
        writer.endGroup();
    }

    /** Writes the Failed-AVP of what was read last, if there is one; its bytes must still be there. */
    void writeFailed(final DiameterWriter writer) {
        if (failed == Failed.NOTHING) {
            return;
        }
        writer.beginGroup(BaseAvp.FAILED_AVP.code(), AvpFlags.MANDATORY, 0);
        switch (failed) {
            case THAT_AVP -> writer.copyAvp(cursor.buffer(), failedOffset, failedLength);
            case MISSING -> writer.bytes(missingCode, AvpFlags.MANDATORY, 0, new byte[missingBytes]);
            case MISSING_APPLICATION -> {
                writer.unsigned32(BaseAvp.AUTH_APPLICATION_ID.code(), AvpFlags.MANDATORY, 0, 0);
                writer.unsigned32(BaseAvp.ACCT_APPLICATION_ID.code(), AvpFlags.MANDATORY, 0, 0);
            }
            case ITS_APPLICATIONS -> writeApplications(writer);
            case NOTHING -> {}
        }
        writer.endGroup();
    }

    private void writeApplications(final DiameterWriter writer) {
        member.wrap(cursor.buffer(), failedOffset, failedLength);
        while (member.next()) {
            if (member.is(BaseAvp.AUTH_APPLICATION_ID.code(), 0) || member.is(BaseAvp.ACCT_APPLICATION_ID.code(), 0)) {
                writer.copyAvp(member.buffer(), member.avpOffset(), member.avpLength());
            }
        }
    }
}
