package io.dialtone.sip.locate;

/** What a DNS server says of a name, as far as it helps to find a SIP server. Immutable. */
public sealed interface DnsRecord {
    /**
     * Says an address (A, AAAA); IPv4 is mapped into IPv6.
     *
     * @param high first eight bytes, big-endian
     * @param low last eight bytes, big-endian
     */
    record Address(long high, long low) implements DnsRecord {}

    /** Says a server of a service (SRV, RFC 2782). */
    record Service(int priority, int weight, int port, String target) implements DnsRecord {}

    /** Says how a domain's services are found (NAPTR, RFC 3403); the regular expression is not kept, for RFC 3263 has no use for it. */
    record Naming(int order, int preference, String flags, String service, String replacement) implements DnsRecord {}

    /** Says that a name is another's (CNAME). */
    record Alias(String target) implements DnsRecord {}
}
