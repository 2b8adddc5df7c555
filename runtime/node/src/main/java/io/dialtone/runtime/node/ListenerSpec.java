package io.dialtone.runtime.node;

import io.dialtone.sip.codec.ViaTransport;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A listener as an operator writes it: {@code udp:127.0.0.1:5060;advertise=sip.example.net:5060}. Immutable, for any thread.
 *
 * @param speaks how SIP travels there
 * @param advertised what peers are told in Via, Record-Route and Contact; null means the bound address
 */
record ListenerSpec(
        ViaTransport speaks, Endpoint endpoint, @Nullable Endpoint advertised) {
    static final String EXPECTED =
            "udp:HOST:PORT, or tcp:, tls:, ws: or wss: instead of udp:, if need be with ;advertise=HOST:PORT";

    static final SettingType<ListenerSpec> TYPE = SettingType.of("udp:HOST:PORT", EXPECTED, ListenerSpec::parse);

    private static final String ADVERTISE = "advertise=";

    static ListenerSpec parse(final String text) throws WrongValueException {
        final String[] parts = text.split(";", -1);
        final int colon = parts[0].indexOf(':');
        final Optional<ViaTransport> speaks = transport(parts[0].substring(0, Math.max(0, colon)));
        if (speaks.isEmpty()) {
            throw new WrongValueException(EXPECTED);
        }
        Endpoint advertised = null;
        for (int i = 1; i < parts.length; i++) {
            if (!parts[i].startsWith(ADVERTISE)) {
                throw new WrongValueException(EXPECTED);
            }
            advertised = Endpoint.parse(parts[i].substring(ADVERTISE.length()));
        }
        return new ListenerSpec(speaks.get(), Endpoint.parse(parts[0].substring(colon + 1)), advertised);
    }

    private static Optional<ViaTransport> transport(final String scheme) {
        return Arrays.stream(ViaTransport.values())
                .filter(each -> each.scheme().equals(scheme))
                .findFirst();
    }

    @Override
    public String toString() {
        return speaks.scheme() + ":" + endpoint + (advertised == null ? "" : ";" + ADVERTISE + advertised);
    }
}
