package dev.aether.server;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.properties.HasName;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The walls of docs/architecture.md. */
class PackageRulesTest {
  private static final String ROOT = "dev.aether.server";
  private static final JavaClasses SERVER =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages(ROOT);

  @Test
  void onlyTheJetStreamStoreKnowsNats() {
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + ".store.jetstream..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.nats..")
        .check(SERVER);
  }

  @Test
  void onlyTheDoorKnowsGrpc() {
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + ".grpc..")
        .should()
        .dependOnClassesThat(
            resideInAPackage("io.grpc..")
                .and(not(resideInAPackage("io.grpc.netty.shaded.io.netty.."))))
        .check(SERVER);
  }

  /** Publishes leave on the threads that serve gRPC, by connections of Netty. */
  @Test
  void onlyTheDoorAndTheConnectionsToNatsKnowNetty() {
    noClasses()
        .that()
        .resideOutsideOfPackages(
            ROOT + ".grpc..", ROOT + ".concurrent", ROOT + ".store.jetstream.wire")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.grpc.netty.shaded.io.netty..")
        .check(SERVER);
  }

  /** What the rooms of the store have to make public for each other is nobody else's. */
  @Test
  void onlyTheJetStreamStoreItselfUsesItsRooms() {
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + ".store.jetstream..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage(ROOT + ".store.jetstream.*..")
        .check(SERVER);
  }

  /** The command line and the console only use cursors and page tokens. */
  @Test
  void onlyTheGrpcServerItselfUsesItsPackages() {
    noClasses()
        .that()
        .resideOutsideOfPackages(ROOT + ".grpc..", ROOT + ".cli..", ROOT + ".console")
        .should()
        .dependOnClassesThat()
        .resideInAPackage(ROOT + ".grpc.*..")
        .check(SERVER);
  }

  @Test
  void packagesDependOnEachOtherWithoutCycles() {
    slices().matching(ROOT + ".(**)").should().beFreeOfCycles().check(SERVER);
  }

  /** Elsewhere a task that throws once would silently never run again. */
  @Test
  void periodicTasksOutliveTheirFailures() {
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + ".concurrent")
        .should()
        .callMethodWhere(
            JavaCall.Predicates.target(
                HasName.Predicates.nameMatching("scheduleWithFixedDelay|scheduleAtFixedRate")))
        .check(SERVER);
  }

  @Test
  void theWordsOfTheDomainNeedNothingButTheJdk() {
    classes()
        .that()
        .resideInAPackage(ROOT + ".event")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage("java..", "org.jspecify..", ROOT + ".event")
        .check(SERVER);
  }

  @Test
  void thePortsKnowTheDomainTheMessagesAndTheirBytesOnly() {
    classes()
        .that()
        .resideInAPackage(ROOT + ".store")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "java..",
            "org.jspecify..",
            "dev.aether.v1",
            ROOT + ".event",
            ROOT + ".codec",
            ROOT + ".store")
        .check(SERVER);
  }

  @Test
  void theBusStandsOnThePorts() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + ".bus")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            ROOT + ".store.jetstream..",
            ROOT + ".store.memory",
            ROOT + ".grpc..",
            ROOT + ".embedded",
            ROOT + ".ops",
            ROOT + ".cli..")
        .check(SERVER);
  }

  @Test
  void theDoorStandsOnThePortsAndTheBus() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + ".grpc..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            ROOT + ".store.jetstream..",
            ROOT + ".store.memory",
            ROOT + ".embedded",
            ROOT + ".ops",
            ROOT + ".cli..")
        .check(SERVER);
  }

  @Test
  void thePrivateNatsServerStandsAlone() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + ".embedded")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            ROOT + ".event",
            ROOT + ".codec",
            ROOT + ".store..",
            ROOT + ".bus",
            ROOT + ".grpc..",
            ROOT + ".cli..")
        .check(SERVER);
  }

  @Test
  void theOperatorsViewKnowsOnlyTermsAndWhoMaySeeIt() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + ".ops")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            ROOT + ".codec", ROOT + ".store..", ROOT + ".bus", ROOT + ".grpc..", ROOT + ".cli..")
        .check(SERVER);
  }

  @Test
  void theCommandLineReachesTheServerThroughItsFrontDoorOnly() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + ".cli..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(ROOT + ".store..", ROOT + ".bus", ROOT + ".codec", ROOT + ".ops")
        .check(SERVER);
  }

  /** The packages below client.internal may change at any time. */
  @Test
  void theCommandLineUsesThePublicClientOnly() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.aether.client.internal..")
        .check(SERVER);
  }
}
