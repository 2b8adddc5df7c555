package io.dialtone.runtime.sip;

import io.dialtone.sip.codec.SipMethod;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The codec's methods and the developer's, side by side. */
final class Methods {
    private static final Map<SipMethod, io.dialtone.api.SipMethod> API = new EnumMap<>(SipMethod.class);

    static {
        for (final io.dialtone.api.SipMethod method : io.dialtone.api.SipMethod.values()) {
            API.put(SipMethod.valueOf(method.name()), method);
        }
    }

    private Methods() {}

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
                .sorted()
                .map(Enum::name)
                .collect(Collectors.joining(", "))
                .getBytes(StandardCharsets.US_ASCII);
    }
}
