package io.dialtone.sip.dns;

import io.dialtone.sip.locate.AliasChain;
import io.dialtone.sip.locate.Answer;
import io.dialtone.sip.locate.DnsRecord;
import io.dialtone.sip.locate.Question;
import io.dialtone.sip.locate.RecordSource;
import io.dialtone.sip.locate.RecordType;
import io.netty.channel.AddressedEnvelope;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.dns.DefaultDnsQuestion;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponse;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.netty.resolver.DefaultHostsFileEntriesResolver;
import io.netty.resolver.ResolvedAddressTypes;
import io.netty.resolver.dns.DefaultDnsServerAddressStreamProvider;
import io.netty.resolver.dns.DnsNameResolver;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.resolver.dns.DnsNameResolverChannelStrategy;
import io.netty.util.concurrent.Future;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Asks DNS servers, one after the other, on a loop of its own: each question from a port of its own, by TCP where a datagram was too short for the answer, and never with
 * a domain that nobody has written. Addresses in the hosts file come before what servers say.
 */
public final class DnsClient implements RecordSource {
    private static final long HOSTS_TTL_NS = 10_000_000_000L;
    private static final long MAPPED_PREFIX = 0xFFFFL << 32;

    private final DnsClientConfig config;
    private final List<InetSocketAddress> servers;
    private final MultiThreadIoEventLoopGroup loops;
    private final EventLoop loop;
    private final DnsNameResolver resolver;
    private final DefaultHostsFileEntriesResolver hosts = new DefaultHostsFileEntriesResolver();

    private DnsClient(final DnsClientConfig config) {
        this.config = config;
        servers = config.servers().isEmpty()
                ? DefaultDnsServerAddressStreamProvider.defaultAddressList()
                : config.servers();
        loops = new MultiThreadIoEventLoopGroup(
                1, (ThreadFactory) task -> new Thread(task, "dns"), NioIoHandler.newFactory());
        loop = loops.next();
        resolver = new DnsNameResolverBuilder(loop)
                .datagramChannelType(NioDatagramChannel.class)
                .datagramChannelStrategy(DnsNameResolverChannelStrategy.ChannelPerResolution)
                .socketChannelType(NioSocketChannel.class)
                .queryTimeoutMillis(config.timeoutMs())
                .searchDomains(List.of())
                .build();
    }

    /** Starts the loop. */
    public static DnsClient start(final DnsClientConfig config) {
        return new DnsClient(config);
    }

    /** Whom it asks. */
    public List<InetSocketAddress> servers() {
        return servers;
    }

    @Override
    public void execute(final Runnable task) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException e) {
            // Closed: whoever waits has a timer of its own.
        }
    }

    @Override
    public void ask(final Question question, final Consumer<Answer> onAnswer) {
        assert loop.inEventLoop() : "asked by " + Thread.currentThread();
        final List<DnsRecord> own = ofHostsFile(question);
        if (own.isEmpty()) {
            new Asking(question, onAnswer).next();
        } else {
            onAnswer.accept(Answer.found(own, HOSTS_TTL_NS));
        }
    }

    private List<DnsRecord> ofHostsFile(final Question question) {
        final ResolvedAddressTypes family = switch (question.type()) {
            case A -> ResolvedAddressTypes.IPV4_ONLY;
            case AAAA -> ResolvedAddressTypes.IPV6_ONLY;
            case SRV, NAPTR -> null;
        };
        final List<DnsRecord> found = new ArrayList<>();
        final List<InetAddress> addresses = family == null ? null : hosts.addresses(question.name(), family);
        if (addresses != null) {
            addresses.forEach(each -> found.add(addressOf(each)));
        }
        return found;
    }

    private static DnsRecord addressOf(final InetAddress address) {
        final ByteBuffer bytes = ByteBuffer.wrap(address.getAddress());
        return switch (address) {
            case Inet4Address ipv4 -> new DnsRecord.Address(0, MAPPED_PREFIX | Integer.toUnsignedLong(bytes.getInt()));
            case Inet6Address ipv6 -> new DnsRecord.Address(bytes.getLong(), bytes.getLong());
            default -> throw new IllegalArgumentException("neither IPv4 nor IPv6: " + address);
        };
    }

    @Override
    public void close() {
        resolver.close();
        final Future<?> _ = loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }

    /** One question's way from server to server, and from alias to alias. */
    private final class Asking {
        private final AliasChain chain;
        private final Consumer<Answer> onAnswer;
        private int tries;

        Asking(final Question question, final Consumer<Answer> onAnswer) {
            chain = new AliasChain(question);
            this.onAnswer = onAnswer;
        }

        void next() {
            if (servers.isEmpty() || tries == servers.size() * config.rounds()) {
                onAnswer.accept(Answer.failed());
                return;
            }
            final InetSocketAddress server = servers.get(tries % servers.size());
            tries++;
            final Question question = chain.next();
            resolver.query(server, new DefaultDnsQuestion(question.name() + ".", typeOf(question.type())))
                    .addListener(this::onDone);
        }

        private void onDone(final Future<? super AddressedEnvelope<DnsResponse, InetSocketAddress>> done) {
            if (!done.isSuccess()) {
                next(); // timed out, or not understood
                return;
            }
            @SuppressWarnings("unchecked") // it is what was promised
            final AddressedEnvelope<DnsResponse, InetSocketAddress> envelope =
                    (AddressedEnvelope<DnsResponse, InetSocketAddress>) done.getNow();
            final DnsResponse response = envelope.content();
            final boolean isUnderstood = response.code().equals(DnsResponseCode.NOERROR)
                    || response.code().equals(DnsResponseCode.NXDOMAIN);
            final boolean isWhole = !response.isTruncated();
            @Nullable Answer answer = null;
            if (isUnderstood && isWhole) {
                answer = chain.read(DnsResponses.answers(response), DnsResponses.negativeTtlSeconds(response));
            }
            envelope.release();
            if (answer != null) {
                onAnswer.accept(answer);
            } else {
                if (isUnderstood && isWhole) {
                    tries = 0; // another name, another question
                }
                next();
            }
        }
    }

    private static DnsRecordType typeOf(final RecordType type) {
        return switch (type) {
            case A -> DnsRecordType.A;
            case AAAA -> DnsRecordType.AAAA;
            case SRV -> DnsRecordType.SRV;
            case NAPTR -> DnsRecordType.NAPTR;
        };
    }
}
