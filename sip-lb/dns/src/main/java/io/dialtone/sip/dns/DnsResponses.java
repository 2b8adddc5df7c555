package io.dialtone.sip.dns;

import io.dialtone.sip.codec.IpLiteral;
import io.dialtone.sip.locate.AliasChain;
import io.dialtone.sip.locate.DnsRecord;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.CorruptedFrameException;
import io.netty.handler.codec.dns.DefaultDnsRecordDecoder;
import io.netty.handler.codec.dns.DnsRawRecord;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponse;
import io.netty.handler.codec.dns.DnsSection;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads responses of DNS servers. What cannot be read is left out. Used by the client's thread only. */
final class DnsResponses {
    /** Records of one response that are looked at: a response by TCP has room for thousands. */
    private static final int RECORDS_MAX = 512;

    private static final int IPV4_BYTES = 4;
    private static final int IPV6_BYTES = 16;
    private static final long MAPPED_PREFIX = 0xFFFFL << 32;
    /** Serial, refresh, retry and expire. */
    private static final int SOA_NUMBERS_BYTES = 16;

    private DnsResponses() {}

    /** What the answer section says. */
    static List<AliasChain.Entry> answers(final DnsResponse response) {
        final List<AliasChain.Entry> entries = new ArrayList<>();
        final int count = Math.min(response.count(DnsSection.ANSWER), RECORDS_MAX);
        for (int i = 0; i < count; i++) {
            final io.netty.handler.codec.dns.DnsRecord raw = response.recordAt(DnsSection.ANSWER, i);
            final DnsRecord record = raw instanceof DnsRawRecord its ? read(its) : null;
            if (record != null) {
                entries.add(new AliasChain.Entry(raw.name(), record, raw.timeToLive()));
            }
        }
        return entries;
    }

    /** How long it may be believed that there is nothing: by the SOA of the authority section (RFC 2308 section 5), or 0. */
    static long negativeTtlSeconds(final DnsResponse response) {
        final int count = Math.min(response.count(DnsSection.AUTHORITY), RECORDS_MAX);
        for (int i = 0; i < count; i++) {
            if (response.recordAt(DnsSection.AUTHORITY, i) instanceof DnsRawRecord soa
                    && soa.type().equals(DnsRecordType.SOA)) {
                return Math.min(soa.timeToLive(), minimumOf(soa.content().slice()));
            }
        }
        return 0;
    }

    private static long minimumOf(final ByteBuf soa) {
        final int minimum = soa.writerIndex() - Integer.BYTES;
        return minimum < SOA_NUMBERS_BYTES ? 0 : soa.getUnsignedInt(minimum);
    }

    private static @Nullable DnsRecord read(final DnsRawRecord raw) {
        final ByteBuf content = raw.content().duplicate();
        try {
            if (raw.type().equals(DnsRecordType.A)) {
                return content.readableBytes() == IPV4_BYTES
                        ? new DnsRecord.Address(0, MAPPED_PREFIX | content.readUnsignedInt())
                        : null;
            }
            if (raw.type().equals(DnsRecordType.AAAA)) {
                return content.readableBytes() == IPV6_BYTES ? address(content.readLong(), content.readLong()) : null;
            }
            if (raw.type().equals(DnsRecordType.CNAME)) {
                return new DnsRecord.Alias(DefaultDnsRecordDecoder.decodeName(content));
            }
            if (raw.type().equals(DnsRecordType.SRV)) {
                return new DnsRecord.Service(
                        content.readUnsignedShort(),
                        content.readUnsignedShort(),
                        content.readUnsignedShort(),
                        DefaultDnsRecordDecoder.decodeName(content));
            }
            if (raw.type().equals(DnsRecordType.NAPTR)) {
                final int order = content.readUnsignedShort();
                final int preference = content.readUnsignedShort();
                final String flags = readText(content);
                final String service = readText(content);
                readText(content); // the regular expression
                return new DnsRecord.Naming(
                        order, preference, flags, service, DefaultDnsRecordDecoder.decodeName(content));
            }
            return null;
        } catch (IndexOutOfBoundsException | CorruptedFrameException e) {
            return null; // theirs, and as good as no record
        }
    }

    /** An IPv6 address; one that is an IPv4 address in disguise is none. */
    private static @Nullable DnsRecord address(final long high, final long low) {
        return IpLiteral.isIpv4(high, low) ? null : new DnsRecord.Address(high, low);
    }

    private static String readText(final ByteBuf content) {
        return content.readCharSequence(content.readUnsignedByte(), StandardCharsets.US_ASCII)
                .toString();
    }
}
