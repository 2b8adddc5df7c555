package io.dialtone.sip.dns;

import java.net.InetSocketAddress;
import java.util.List;

/**
 * Whom to ask, and how patiently. Values only.
 *
 * @param servers in the order in which they are asked; none for those of the system
 * @param timeoutMs how long one of them may take
 * @param rounds how often each is asked before a question is given up
 */
public record DnsClientConfig(List<InetSocketAddress> servers, long timeoutMs, int rounds) {
    public DnsClientConfig {
        servers = List.copyOf(servers);
    }

    public static DnsClientConfig of(final InetSocketAddress... servers) {
        return new DnsClientConfig(List.of(servers), 2_000, 2);
    }
}
