package io.dialtone.diameter.dictionary;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** Takes the text of an {@link AvpPath} apart. Used at the start only, once. */
final class AvpPathParser {
    private static final int FAMILY_IPV4 = 1;
    private static final int FAMILY_IPV6 = 2;
    private static final int IPV4_BYTES = 4;

    private final String text;
    private final Dictionary dictionary;
    private int at;

    AvpPathParser(final String text, final Dictionary dictionary) {
        this.text = text;
        this.dictionary = dictionary;
    }

    DictionaryFault fault(final String wrong, final String expected) {
        return fault(wrong, expected, "");
    }

    private DictionaryFault fault(final String wrong, final String expected, final String maybe) {
        return new DictionaryFault(new DictionaryPlace(text, 0), wrong, expected, maybe);
    }

    boolean tryRead(final char c) {
        if (at < text.length() && text.charAt(at) == c) {
            at++;
            return true;
        }
        return false;
    }

    /** Goes on to the members of an AVP if the path does; false at its end. */
    boolean tryStepInto(final AvpDefinition avp) {
        if (at == text.length()) {
            return false;
        }
        if (!tryRead('/')) {
            throw fault("'" + text.substring(at) + "' is left", "/, [ or the end");
        }
        requireGroup(avp);
        return true;
    }

    private void requireGroup(final AvpDefinition avp) {
        if (!avp.place().equals(DictionaryPlace.NOWHERE) && avp.type() != AvpType.GROUPED) {
            throw fault(
                    avp.name() + " is of type " + avp.type().specName() + " and has no members",
                    "an AVP of type Grouped");
        }
    }

    /** The AVP that is named here. */
    AvpDefinition avp() {
        final int from = at;
        while (at < text.length() && "/[]=".indexOf(text.charAt(at)) < 0) {
            at++;
        }
        final String written = text.substring(from, at);
        return dictionary.avp(written).or(() -> unknown(written)).orElseThrow(() -> noAvp(written));
    }

    /** An AVP that is named by its code and not in the dictionary. */
    private Optional<AvpDefinition> unknown(final String written) {
        final int colon = written.indexOf(':');
        final long code = Numbers.unsigned32(written.substring(colon + 1));
        if (code < 0) {
            return Optional.empty();
        }
        final String vendorWord = colon < 0 ? "0" : written.substring(0, colon);
        final long vendorId = Numbers.unsigned32(vendorWord);
        if (vendorId >= 0) {
            final AvpDefinition known = dictionary.avp((int) vendorId, (int) code);
            return Optional.of(known.isKnown() ? known : unknown(written, (int) vendorId, (int) code));
        }
        return dictionary.vendor(vendorWord).map(vendor -> unknown(written, vendor.id(), (int) code));
    }

    private static AvpDefinition unknown(final String written, final int vendorId, final int code) {
        final AvpDefinition unknown = AvpDefinition.UNKNOWN;
        return new AvpDefinition(
                written,
                vendorId,
                code,
                unknown.type(),
                unknown.flags(),
                unknown.values(),
                unknown.members(),
                unknown.place());
    }

    private DictionaryFault noAvp(final String written) {
        final int colon = written.indexOf(':');
        final String name = written.substring(colon + 1);
        final List<AvpDefinition> named = dictionary.avpsNamed(name);
        if (!named.isEmpty()) {
            final AvpDefinition one = named.getFirst();
            return fault(
                    "'" + written + "': which AVP?",
                    "VENDOR:NAME",
                    dictionary.vendor(one.vendorId()).name() + ":" + one.name());
        }
        return fault(
                "'" + written + "' is no AVP",
                "NAME, CODE, VENDOR:NAME or VENDOR:CODE of one, as in Subscription-Id/Subscription-Id-Data",
                dictionary.avpMeant(name));
    }

    /** A condition, of which {@code [} has been read. */
    AvpCondition condition(final AvpDefinition avp) {
        if (tryRead('=')) {
            return AvpCondition.ofItself(avp, value(avp));
        }
        requireGroup(avp);
        final AvpDefinition member = avp();
        if (!tryRead('=')) {
            throw fault("[" + member.name() + " without a value", "[AVP=VALUE]");
        }
        return AvpCondition.ofMember(member, value(member));
    }

    private byte[] value(final AvpDefinition avp) {
        final boolean isQuoted = tryRead('\'');
        final int end = text.indexOf(isQuoted ? "']" : "]", at);
        if (end < 0) {
            throw fault("a condition without end", isQuoted ? "'] after the value" : "] after the value");
        }
        final String value = text.substring(at, end);
        at = end + (isQuoted ? 2 : 1);
        return bytes(avp, value);
    }

    private byte[] bytes(final AvpDefinition avp, final String value) {
        return switch (avp.type()) {
            case INTEGER_32, UNSIGNED_32, ENUMERATED ->
                ByteBuffer.allocate(Integer.BYTES).putInt(number32(avp, value)).array();
            case INTEGER_64, UNSIGNED_64 ->
                ByteBuffer.allocate(Long.BYTES).putLong(number64(avp, value)).array();
            case OCTET_STRING -> octets(avp, value);
            case ADDRESS -> address(avp, value);
            case UTF8_STRING, DIAMETER_IDENTITY, DIAMETER_URI, IP_FILTER_RULE, QOS_FILTER_RULE ->
                value.getBytes(StandardCharsets.UTF_8);
            case FLOAT_32, FLOAT_64, GROUPED, TIME ->
                throw fault(
                        avp.name() + " is of type " + avp.type().specName() + ", which is not compared",
                        "an AVP that is a number, an address or text");
        };
    }

    private int number32(final AvpDefinition avp, final String value) {
        final Optional<EnumeratedValue> named = avp.value(value);
        if (named.isPresent()) {
            return named.get().value();
        }
        final long number = Numbers.any32(value);
        if (number == Numbers.NULL_NUMBER) {
            throw wrongValue(
                    avp,
                    value,
                    avp.values().isEmpty() ? "a decimal number of 32 bits" : "a number, or the name of a value",
                    Meant.among(avp.values().stream().map(EnumeratedValue::name).toList(), value));
        }
        return (int) number;
    }

    private long number64(final AvpDefinition avp, final String value) {
        try {
            return value.startsWith("-") ? Long.parseLong(value) : Long.parseUnsignedLong(value);
        } catch (final NumberFormatException e) {
            throw wrongValue(avp, value, "a decimal number of 64 bits", "");
        }
    }

    private byte[] octets(final AvpDefinition avp, final String value) {
        if (!value.startsWith("0x")) {
            return value.getBytes(StandardCharsets.UTF_8);
        }
        try {
            return HexFormat.of().parseHex(value, 2, value.length());
        } catch (final IllegalArgumentException e) {
            throw wrongValue(avp, value, "two hexadecimal digits for each byte after 0x", "");
        }
    }

    private byte[] address(final AvpDefinition avp, final String value) {
        try {
            final byte[] bytes = InetAddress.ofLiteral(value).getAddress();
            return ByteBuffer.allocate(Short.BYTES + bytes.length)
                    .putShort((short) (bytes.length == IPV4_BYTES ? FAMILY_IPV4 : FAMILY_IPV6))
                    .put(bytes)
                    .array();
        } catch (final IllegalArgumentException e) {
            throw wrongValue(avp, value, "an IPv4 or IPv6 address", "");
        }
    }

    private DictionaryFault wrongValue(
            final AvpDefinition avp, final String value, final String expected, final String maybe) {
        return fault("'" + value + "' is no value of " + avp.name(), expected, maybe);
    }
}
