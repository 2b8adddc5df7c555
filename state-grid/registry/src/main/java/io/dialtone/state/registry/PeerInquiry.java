package io.dialtone.state.registry;

import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.FragmentAssembler;
import io.aeron.Subscription;
import io.aeron.archive.client.AeronArchive;
import io.aeron.cluster.ConsensusModule;
import io.aeron.cluster.RecordingLog;
import io.aeron.cluster.client.AeronCluster;
import io.aeron.cluster.codecs.BackupQueryEncoder;
import io.aeron.cluster.codecs.BackupResponseDecoder;
import io.aeron.cluster.codecs.MessageHeaderDecoder;
import io.aeron.cluster.codecs.MessageHeaderEncoder;
import io.aeron.exceptions.AeronException;
import io.aeron.logbuffer.Header;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Asks the other members what they have: their archives whether there is a log, and their consensus modules, of which only one that takes part answers and only the
 * leader counts, what there is to fetch. Used by one thread of {@link RegistryMember}'s.
 *
 * <p>The question is Aeron's own, that of its ClusterBackup.
 */
final class PeerInquiry implements AutoCloseable {
    private static final long ASK_INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(300);
    private static final long ANSWER_NS = TimeUnit.SECONDS.toNanos(1);
    private static final String CHANNEL = "aeron:udp?term-length=64k|endpoint=";
    private static final int FRAGMENTS_MAX = 10;

    private final Aeron aeron;
    private final List<Peer> peers = new ArrayList<>();
    private final Subscription answers;
    private final FragmentAssembler assembler = new FragmentAssembler(this::onAnswer);
    private final MessageHeaderDecoder headerDecoder = new MessageHeaderDecoder();
    private final BackupResponseDecoder responseDecoder = new BackupResponseDecoder();
    private final MessageHeaderEncoder headerEncoder = new MessageHeaderEncoder();
    private final BackupQueryEncoder queryEncoder = new BackupQueryEncoder();
    private final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer();
    private @Nullable LeaderOffer leader;

    PeerInquiry(final RegistryMemberSettings settings, final Aeron aeron) {
        this.aeron = aeron;
        answers = aeron.addSubscription(
                CHANNEL + settings.peer().anyEndpoint(), ConsensusModule.Configuration.consensusStreamId());
        for (final RegistryPeer peer : settings.peers()) {
            if (peer.number() != settings.self()) {
                peers.add(new Peer(peer, settings.peer().anyEndpoint()));
            }
        }
    }

    /** A bounded amount of asking and listening; says what is known by now. */
    PeerWords poll(final long nowNs) {
        final String answerChannel = answers.tryResolveChannelEndpointPort();
        for (final Peer peer : peers) {
            peer.askArchive(nowNs);
            if (answerChannel != null) {
                peer.askConsensus(answerChannel, nowNs);
            }
        }
        answers.poll(assembler, FRAGMENTS_MAX);
        final Set<Integer> withLog = new HashSet<>();
        final Set<Integer> empty = new HashSet<>();
        for (final Peer peer : peers) {
            if (peer.hasLog != null) {
                (peer.hasLog ? withLog : empty).add(peer.peer.number());
            }
        }
        return new PeerWords(leader, withLog, empty, peers.size());
    }

    private void onAnswer(final DirectBuffer source, final int offset, final int length, final Header header) {
        headerDecoder.wrap(source, offset);
        if (headerDecoder.schemaId() != MessageHeaderDecoder.SCHEMA_ID
                || headerDecoder.templateId() != BackupResponseDecoder.TEMPLATE_ID) {
            return;
        }
        responseDecoder.wrapAndApplyHeader(source, offset, headerDecoder);
        final int member = responseDecoder.memberId();
        if (member != responseDecoder.leaderMemberId()) {
            return;
        }
        final List<RecordingLog.Snapshot> snapshots = new ArrayList<>();
        final long log = responseDecoder.logRecordingId();
        final long term = responseDecoder.lastLeadershipTermId();
        for (final BackupResponseDecoder.SnapshotsDecoder snapshot : responseDecoder.snapshots()) {
            snapshots.add(new RecordingLog.Snapshot(
                    snapshot.recordingId(),
                    snapshot.leadershipTermId(),
                    snapshot.termBaseLogPosition(),
                    snapshot.logPosition(),
                    snapshot.timestamp(),
                    snapshot.serviceId()));
        }
        leader = new LeaderOffer(member, term, log, snapshots);
    }

    @Override
    public void close() {
        for (final Peer peer : peers) {
            CloseHelper.quietCloseAll(peer.connecting, peer.archive, peer.consensus);
        }
        CloseHelper.quietClose(answers);
    }

    /** What is known of one of the others. */
    private final class Peer {
        private final RegistryPeer peer;
        private final String anyEndpoint;
        private AeronArchive.@Nullable AsyncConnect connecting;
        private @Nullable AeronArchive archive;
        private @Nullable ExclusivePublication consensus;
        private @Nullable Boolean hasLog;
        private long archiveAskedNs;
        private long consensusAskedNs;

        private Peer(final RegistryPeer peer, final String anyEndpoint) {
            this.peer = peer;
            this.anyEndpoint = anyEndpoint;
            archiveAskedNs = System.nanoTime() - ASK_INTERVAL_NS;
            consensusAskedNs = archiveAskedNs;
        }

        private void askArchive(final long nowNs) {
            try {
                final AeronArchive connected = archive;
                if (connected != null) {
                    if (nowNs - archiveAskedNs >= ASK_INTERVAL_NS) {
                        archiveAskedNs = nowNs;
                        hasLog = Extent.list(connected).stream()
                                .anyMatch(extent -> extent.stream() == ConsensusModule.Configuration.logStreamId());
                    }
                    return;
                }
                AeronArchive.AsyncConnect attempt = connecting;
                if (attempt == null) {
                    attempt = AeronArchive.asyncConnect(new AeronArchive.Context()
                            .aeron(aeron)
                            .ownsAeronClient(false)
                            .messageTimeoutNs(ANSWER_NS)
                            .controlRequestChannel(CHANNEL + peer.archiveEndpoint())
                            .controlResponseChannel(CHANNEL + anyEndpoint));
                    connecting = attempt;
                }
                archive = attempt.poll();
                if (archive != null) {
                    connecting = null;
                }
            } catch (AeronException e) {
                // It is not there, or is gone: asked again with the next turn.
                CloseHelper.quietCloseAll(connecting, archive);
                connecting = null;
                archive = null;
                hasLog = null;
            }
        }

        private void askConsensus(final String answerChannel, final long nowNs) {
            ExclusivePublication publication = consensus;
            if (publication == null) {
                publication = aeron.addExclusivePublication(
                        CHANNEL + peer.consensusEndpoint(), ConsensusModule.Configuration.consensusStreamId());
                consensus = publication;
            }
            if (nowNs - consensusAskedNs < ASK_INTERVAL_NS || !publication.isConnected()) {
                return;
            }
            consensusAskedNs = nowNs;
            queryEncoder
                    .wrapAndApplyHeader(buffer, 0, headerEncoder)
                    .correlationId(aeron.nextCorrelationId())
                    .responseStreamId(ConsensusModule.Configuration.consensusStreamId())
                    .version(AeronCluster.Configuration.PROTOCOL_SEMANTIC_VERSION)
                    .logPosition(Long.MAX_VALUE)
                    .responseChannel(answerChannel)
                    .putEncodedCredentials(new byte[0], 0, 0);
            publication.offer(buffer, 0, MessageHeaderEncoder.ENCODED_LENGTH + queryEncoder.encodedLength());
        }
    }
}
