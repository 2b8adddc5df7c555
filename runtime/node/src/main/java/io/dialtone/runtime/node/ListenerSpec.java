package io.dialtone.runtime.node;

import io.dialtone.sip.codec.ViaTransport;
import io.dialtone.sip.transport.NetworkRange;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A listener as an operator writes it: {@code udp:127.0.0.1:5060;advertise=sip.example.net:5060}. Immutable, for any thread.
 *
 * @param speaks how SIP travels there
 * @param advertised what peers are told in Via, Record-Route and Contact; null means the bound address
 * @param proxies whose connections begin with a header of the PROXY protocol; empty for none
 */
record ListenerSpec(
        ViaTransport speaks, Endpoint endpoint, @Nullable Endpoint advertised, List<NetworkRange> proxies) {
    static final String EXPECTED =
            "udp:HOST:PORT, or tcp:, tls:, ws: or wss: instead of udp:, if need be with ;advertise=HOST:PORT"
                    + " and, not for udp:, with ;proxy-protocol-from=ADDRESS or ADDRESS/BITS, several times if there are several";

    static final SettingType<ListenerSpec> TYPE = SettingType.of("udp:HOST:PORT", EXPECTED, ListenerSpec::parse);

    private static final String ADVERTISE = "advertise=";
    private static final String PROXIES = "proxy-protocol-from=";

    static ListenerSpec parse(final String text) throws WrongValueException {
        final String[] parts = text.split(";", -1);
        final int colon = parts[0].indexOf(':');
        final Optional<ViaTransport> speaks = transport(parts[0].substring(0, Math.max(0, colon)));
        if (speaks.isEmpty()) {
            throw new WrongValueException(EXPECTED);
        }
        Endpoint advertised = null;
        final List<NetworkRange> proxies = new ArrayList<>();
        for (int i = 1; i < parts.length; i++) {
            if (parts[i].startsWith(ADVERTISE)) {
                advertised = Endpoint.parse(parts[i].substring(ADVERTISE.length()));
            } else if (parts[i].startsWith(PROXIES) && speaks.get() != ViaTransport.UDP) {
                proxies.add(proxies(parts[i].substring(PROXIES.length())));
            } else {
                throw new WrongValueException(EXPECTED);
            }
        }
        return new ListenerSpec(
                speaks.get(), Endpoint.parse(parts[0].substring(colon + 1)), advertised, List.copyOf(proxies));
    }

    private static NetworkRange proxies(final String text) throws WrongValueException {
        try {
            return NetworkRange.parse(text);
        } catch (IllegalArgumentException e) {
            throw new WrongValueException(EXPECTED);
        }
    }

    private static Optional<ViaTransport> transport(final String scheme) {
        return Arrays.stream(ViaTransport.values())
                .filter(each -> each.scheme().equals(scheme))
                .findFirst();
    }

    @Override
    public String toString() {
        return speaks.scheme() + ":" + endpoint + (advertised == null ? "" : ";" + ADVERTISE + advertised)
                + proxies.stream().map(each -> ";" + PROXIES + each).collect(Collectors.joining());
    }
}
