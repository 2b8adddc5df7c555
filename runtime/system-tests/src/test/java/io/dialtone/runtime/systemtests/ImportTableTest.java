package io.dialtone.runtime.systemtests;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/**
 * The import table of docs/architecture/rooms.md, a rule a line. Maven refuses cycles between rooms, but lets through what a room gets by way of
 * another; here it is refused too, with a word on what to do instead.
 */
@AnalyzeClasses(packages = "io.dialtone", importOptions = ImportOption.DoNotIncludeTests.class)
class ImportTableTest {
    private static final String OURS = "io.dialtone..";

    private static final String API = "io.dialtone.api..";
    private static final String NET = "io.dialtone.net..";
    private static final String CODEC = "io.dialtone.sip.codec..";
    private static final String DIAMETER_CODEC = "io.dialtone.diameter.codec..";
    private static final String TABLE = "io.dialtone.placement.table..";
    private static final String ROUTING = "io.dialtone.sip.routing..";
    private static final String DIAMETER_ROUTING = "io.dialtone.diameter.routing..";
    private static final String LOCATE = "io.dialtone.sip.locate..";
    private static final String DNS = "io.dialtone.sip.dns..";
    private static final String TRANSPORT = "io.dialtone.sip.transport..";
    private static final String TRACE = "io.dialtone.sip.trace..";
    private static final String DIAMETER_PEER = "io.dialtone.diameter.peer..";
    private static final String DIAMETER_TRANSPORT = "io.dialtone.diameter.transport..";
    private static final String ENGINE = "io.dialtone.runtime.engine..";
    private static final String SIP = "io.dialtone.runtime.sip..";
    private static final String LINK = "io.dialtone.runtime.link..";
    private static final String STATE_API = "io.dialtone.state.api..";
    private static final String REPLICATION = "io.dialtone.state.replication..";
    private static final String STATE_CODEC = "io.dialtone.state.codec..";
    private static final String REGISTRY = "io.dialtone.state.registry..";
    private static final String STORE = "io.dialtone.state.store..";
    private static final String MEMBERSHIP = "io.dialtone.state.membership..";
    private static final String REGISTRAR = "io.dialtone.registrar..";
    private static final String EXAMPLES = "io.dialtone.examples..";
    private static final String DICTIONARY = "io.dialtone.diameter.dictionary..";
    private static final String DEMO = "io.dialtone.runtime.demo..";
    private static final String REHEARSAL = "io.dialtone.runtime.rehearsal..";
    private static final String NODE = "io.dialtone.runtime.node..";

    @ArchTest
    static final ArchRule apiImportsNothingOfOurs = room(API)
            .because(
                    "a developer's service is compiled against it alone; what others need of it goes behind its interfaces");

    @ArchTest
    static final ArchRule codecImportsNothingOfOurs =
            room(CODEC).because("a codec knows bytes; whoever knows more wraps it");

    @ArchTest
    static final ArchRule diameterCodecImportsNothingOfOurs = room(DIAMETER_CODEC)
            .because("what an AVP means is a dictionary's, and what follows from it somebody else's");

    @ArchTest
    static final ArchRule tableImportsNothingOfOurs =
            room(TABLE).because("everybody reads it on the path; it must not know its readers");

    @ArchTest
    static final ArchRule routingImportsWordsOnly = room(ROUTING, API, CODEC, TABLE)
            .because("routing never hears of sockets or Aeron; it declares SipEgress and uses LinkPublication");

    @ArchTest
    static final ArchRule diameterRoutingImportsWordsAndPeers = room(
                    DIAMETER_ROUTING, DIAMETER_CODEC, DICTIONARY, DIAMETER_PEER, TABLE)
            .because("a relay never hears of sockets; it fills PeerListener, and time comes as an argument");

    @ArchTest
    static final ArchRule engineImportsApiAndTable = room(ENGINE, API, TABLE, STATE_API)
            .because("the engine serves any protocol; a protocol plugs in as a SessionProtocol");

    @ArchTest
    static final ArchRule sipStandsOnTheEngine = room(SIP, API, ENGINE, CODEC, LOCATE, TABLE, STATE_API)
            .because("transactions and dialogs are the engine's guests; they meet the edge only through link frames");

    @ArchTest
    static final ArchRule netImportsApi =
            room(NET, API).because("transports stand on it; whatever names a protocol belongs to that one's transport");

    @ArchTest
    static final ArchRule transportImportsRouting = room(TRANSPORT, API, NET, ROUTING, CODEC)
            .because("a transport fills SipEgress and calls SipIngress; it has no opinion on messages");

    @ArchTest
    static final ArchRule locateImportsCodec =
            room(LOCATE, CODEC).because("it is a function of what DNS has said; who asks fills its RecordSource");

    @ArchTest
    static final ArchRule dnsImportsLocate = room(DNS, LOCATE, CODEC).because("it asks, and does not know what for");

    @ArchTest
    static final ArchRule traceStandsAroundTheRouting = room(TRACE, API, ROUTING, CODEC)
            .because("it keeps what passes between transport and routing, and knows neither sockets nor who reads it");

    @ArchTest
    static final ArchRule diameterPeerImportsItsCodec = room(DIAMETER_PEER, DIAMETER_CODEC)
            .because("it is a function of messages and time; a transport fills its interfaces, and so does an agent");

    @ArchTest
    static final ArchRule diameterTransportImportsPeer = room(DIAMETER_TRANSPORT, NET, DIAMETER_PEER, DIAMETER_CODEC)
            .because("it fills PeerTransport and calls PeerDoor; an agent has its turn and is not known");

    @ArchTest
    static final ArchRule dictionaryImportsItsCodec = room(DICTIONARY, DIAMETER_CODEC)
            .because(
                    "it says what codes mean, to people and to rules; what follows from a message is decided elsewhere");

    @ArchTest
    static final ArchRule linkImportsApi = room(LINK, API)
            .because("the link fills the interfaces of api.link; it carries frames and does not read them");

    @ArchTest
    static final ArchRule stateApiImportsTheLinkOnly = room(STATE_API, API)
            .because("the grid's words are read by its rooms and by the engine; they know none of them");

    @ArchTest
    static final ArchRule replicationImportsWordsOnly = room(REPLICATION, API, STATE_API, TABLE)
            .because("the protocol has no threads, clock or I/O: the simulator drives the same code");

    @ArchTest
    static final ArchRule stateCodecImportsWordsOnly = room(STATE_CODEC, API, STATE_API)
            .because("it turns records into bytes; of services it knows an annotation, of the grid an interface");

    @ArchTest
    static final ArchRule storeImportsTheGridsWords = room(STORE, STATE_API)
            .because("a store keeps bytes; what they mean, and who has them too, is replication's");

    @ArchTest
    static final ArchRule membershipImportsTheGridsWords = room(MEMBERSHIP, STATE_API)
            .because("it says who is there and may be wrong; what follows from it is decided elsewhere");

    @ArchTest
    static final ArchRule hazelcastStaysInMembership = library("com.hazelcast..", MEMBERSHIP)
            .because("it gives hints only, so that it can be replaced, or missing");

    @ArchTest
    static final ArchRule chronicleStaysInTheBenchmarks = library("net.openhft..", "io.dialtone.benchmarks.stores..")
            .because("images lie in a slab of our own; ADR 0008 says what Chronicle Map costs beside it");

    @ArchTest
    static final ArchRule lettuceStaysInTheBenchmarks = library("io.lettuce..", "io.dialtone.benchmarks.grid..")
            .because("we are compared with Redis and do not use it");

    @ArchTest
    static final ArchRule registrarStandsOnTheHandlerApi = room(REGISTRAR, API, CODEC)
            .because(
                    "it is a library that a developer could have written: whatever it needs of the platform, every service can have");

    @ArchTest
    static final ArchRule examplesImportApi = room(EXAMPLES, API, REGISTRAR)
            .because("a developer has the API and the libraries on it, and examples must show that they are enough");

    @ArchTest
    static final ArchRule demoImportsCodec =
            room(DEMO, CODEC).because("the caller is a stranger to the platform: it sees only what goes over the wire");

    @ArchTest
    static final ArchRule rehearsalImportsWhatANodeRuns = room(
                    REHEARSAL, API, TABLE, ENGINE, SIP, CODEC, STATE_API, STATE_CODEC, STORE, REPLICATION)
            .because(
                    "it plays a node to itself: without sockets, Aeron or a registry nobody outside sees anything of it");

    @ArchTest
    static final ArchRule nobodyImportsTheRoof = noClasses()
            .that()
            .resideOutsideOfPackages(NODE, "io.dialtone.runtime.systemtests..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage(NODE)
            .because("only main wires; what a room needs is handed to its constructor");

    @ArchTest
    static final ArchRule nettyStaysInTransports = library("io.netty..", NET, TRANSPORT, DIAMETER_TRANSPORT, DNS)
            .because("a change of I/O library is then a change of these rooms");

    @ArchTest
    static final ArchRule registryImportsTheGridsWords = room(REGISTRY, STATE_API)
            .because("it agrees on a map and pushes it; what its readers do with that is theirs");

    @ArchTest
    static final ArchRule aeronStaysInTheLinkAndTheRegistry = library("io.aeron..", LINK, REGISTRY)
            .because("a change of corridor is then a change of one room, and one of consensus of another");

    @ArchTest
    static final ArchRule consensusStaysInTheRegistry =
            library("io.aeron.cluster..", REGISTRY).because("others know a SlotAuthority");

    @ArchTest
    static final ArchRule picocliStaysInTheRoof =
            library("picocli..", NODE).because("rooms take values; only main knows how they were typed");

    @ArchTest
    static final ArchRule jacksonStaysInTheRoof = library("com.fasterxml.jackson..", NODE)
            .because("rooms take records; only main knows that they came from YAML, or go out as JSON");

    @ArchTest
    static final ArchRule apiShowsNoLibraryButAgrona = classes()
            .that()
            .resideInAPackage(API)
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(API, "org.agrona..", "org.jspecify..", "java..")
            .because("each library in the API is one that every service has to live with");

    @ArchTest
    static final ArchRule roomsHaveNoCycles = slices().matching("io.dialtone.(**)")
            .should()
            .beFreeOfCycles()
            .because("stairs go down only; rooms on one floor meet through an interface on a floor below");

    /** A room may see itself and the named rooms, and of ours nothing else. */
    private static ArchRule room(final String room, final String... mayImport) {
        return noClasses()
                .that()
                .resideInAPackage(room)
                .should()
                .dependOnClassesThat(resideInAnyPackage(OURS)
                        .and(not(resideInAnyPackage(room)))
                        .and(not(resideInAnyPackage(mayImport))));
    }

    /** A library is seen in its room only. */
    private static ArchRule library(final String library, final String... rooms) {
        return noClasses()
                .that()
                .resideInAPackage(OURS)
                .and()
                .resideOutsideOfPackages(rooms)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(library);
    }
}
