package io.dialtone.runtime.sip;

import io.dialtone.sip.codec.SipMethod;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The codec's methods and the developer's, side by side. */
@SuppressWarnings("EnumOrdinal") // places in an array of one process; images have numbers of their own
final class Methods {
    private static final Map<SipMethod, io.dialtone.api.SipMethod> API = new EnumMap<>(SipMethod.class);

    static {
        for (final io.dialtone.api.SipMethod method : io.dialtone.api.SipMethod.values()) {
            API.put(SipMethod.valueOf(method.name()), method);
        }
    }

    /** Numbers of methods in images: a number, once given, never means another. */
    private static final SipMethod[] BY_CODE = {
        SipMethod.UNKNOWN,
        SipMethod.INVITE,
        SipMethod.ACK,
        SipMethod.BYE,
        SipMethod.CANCEL,
        SipMethod.OPTIONS,
        SipMethod.REGISTER,
        SipMethod.PRACK,
        SipMethod.SUBSCRIBE,
        SipMethod.NOTIFY,
        SipMethod.PUBLISH,
        SipMethod.INFO,
        SipMethod.REFER,
        SipMethod.MESSAGE,
        SipMethod.UPDATE
    };

    private static final byte[] CODES = new byte[SipMethod.values().length];

    static {
        for (byte code = 0; code < BY_CODE.length; code++) {
            CODES[BY_CODE[code].ordinal()] = code;
        }
    }

    private Methods() {}

    /** The method's number in images. */
    static int toCode(final SipMethod method) {
        return CODES[method.ordinal()];
    }

    /** The method with this number in an image; UNKNOWN if there is none. */
    static SipMethod ofCode(final int code) {
        return code >= 0 && code < BY_CODE.length ? BY_CODE[code] : SipMethod.UNKNOWN;
    }

    /** The developer's name of a method, which must not be UNKNOWN. */
    static io.dialtone.api.SipMethod toApi(final SipMethod method) {
        final io.dialtone.api.SipMethod known = API.get(method);
        if (known == null) {
            throw new AssertionError("a method without a name never reaches a handler");
        }
        return known;
    }

    /** The value of Allow. */
    static byte[] allow(final Set<io.dialtone.api.SipMethod> methods) {
        return methods.stream()
                .filter(method -> method != io.dialtone.api.SipMethod.UNKNOWN)
                .sorted()
                .map(Enum::name)
                .collect(Collectors.joining(", "))
                .getBytes(StandardCharsets.US_ASCII);
    }
}
