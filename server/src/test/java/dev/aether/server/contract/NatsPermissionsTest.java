package dev.aether.server.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.server.ServerConfig;
import dev.aether.server.ServerConfig.StoreChoice;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.jetstream.wire.NatsPermissions;
import dev.aether.server.store.jetstream.wire.NatsPermissions.Action;
import dev.aether.server.store.jetstream.wire.NatsPermissions.Permission;
import dev.aether.server.testing.Await;
import dev.aether.server.testing.NatsUsers;
import dev.aether.server.testing.TestNatsOptions;
import dev.aether.server.testing.TestNatsServer;
import io.grpc.StatusRuntimeException;
import io.nats.client.Connection;
import io.nats.client.JetStreamApiException;
import io.nats.client.Nats;
import io.nats.client.api.StreamState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What NATS must let a node's user do. That it is enough is shown by the contract's tests on
 * nats-servers, whose user may do nothing else.
 */
final class NatsPermissionsTest {
  private static final Duration WITHIN = Duration.ofSeconds(20);

  /** A user with all rights. */
  private static final String ADMIN = "{ user: admin, password: pass }";

  private static ServerConfig as(String user, TestNatsServer nats) {
    String url = nats.url().replace("//", "//" + user + ":pass@");
    return ServerConfig.on(new StoreChoice.Nats(List.of(url), WITHIN));
  }

  private static String login(String user) {
    return "user: " + user + ", password: pass";
  }

  private static String refusal(String user, TestNatsServer nats) {
    StoreException thrown =
        assertThrows(StoreException.class, () -> Node.start(as(user, nats)).close());
    return String.valueOf(thrown.getMessage());
  }

  private static List<Permission> allBut(Permission missing) {
    return NatsPermissions.NEEDED.stream().filter(each -> !each.equals(missing)).toList();
  }

  private static String named(Permission permission) {
    return "store unavailable: NATS does not let this node's user "
        + permission.action()
        + " "
        + permission;
  }

  @Test
  void eachMissingPermissionIsNamedAtTheStart() {
    List<Permission> needed = NatsPermissions.NEEDED;
    String[] users =
        IntStream.range(0, needed.size())
            .mapToObj(i -> NatsUsers.user(login("without" + i), allBut(needed.get(i))))
            .toArray(String[]::new);
    try (TestNatsServer nats =
        TestNatsServer.start(TestNatsOptions.defaults(), NatsUsers.of(users))) {
      for (int i = 0; i < needed.size(); i++) {
        assertEquals(
            named(needed.get(i)) + "; docs/security.md lists what it needs",
            refusal("without" + i, nats));
      }
    }
  }

  @Test
  void allMissingPermissionsAreNamedTogether() {
    String users = NatsUsers.of(NatsUsers.user(login("nobody"), List.of()));
    // A list without subjects would allow all.
    String denied = users.replace("[]", "{ deny: \">\" }");
    try (TestNatsServer nats = TestNatsServer.start(TestNatsOptions.defaults(), denied)) {
      String refusal = refusal("nobody", nats);
      for (Permission each : NatsPermissions.NEEDED) {
        assertTrue(refusal.contains(each.action() + " " + each), refusal);
      }
    }
  }

  @Test
  void aDeniedPermissionIsNamedToo() {
    Permission denied = NatsPermissions.NEEDED.get(0);
    String user =
        "{ "
            + login("half")
            + ", permissions: { publish: { deny: \""
            + denied.subjects()
            + "\" } } }";
    try (TestNatsServer nats =
        TestNatsServer.start(TestNatsOptions.defaults(), NatsUsers.of(user))) {
      String refusal = refusal("half", nats);
      assertTrue(refusal.startsWith(named(denied)), refusal);
    }
  }

  @Test
  void theCheckStoresNothingAndOtherNodesDoNotNoticeIt() throws Exception {
    String users = NatsUsers.of(ADMIN, NatsUsers.user(login("node"), NatsPermissions.NEEDED));
    try (TestNatsServer nats = TestNatsServer.start(TestNatsOptions.defaults(), users);
        Node node = Node.start(as("node", nats))) {
      node.save(Requests.saveAt("default", "actor", 0));
      List<String> before = streams(nats);
      try (Subscriber subscriber =
          Subscriber.open(node, Requests.live("default").setIncludeBroadcasts(true))) {
        subscriber.awaitCaughtUp();
        try (Node second = Node.start(as("node", nats))) {
          assertEquals(before, streams(nats));
          second.publish("default", Requests.event("Ping"));
        }
        assertEquals(
            "Ping", subscriber.awaitBroadcasts(1).broadcasts().get(0).getEvent().getEventType());
      }
      assertFalse(nats.log().contains("[WRN] Invalid JetStream request"), nats.log());
    }
  }

  private static List<String> streams(TestNatsServer nats)
      throws IOException, InterruptedException, JetStreamApiException {
    try (Connection admin = Nats.connect(nats.url().replace("//", "//admin:pass@"))) {
      return admin.jetStreamManagement().getStreams().stream()
          .map(
              stream -> {
                StreamState state = stream.getStreamState();
                return stream.getConfiguration().getName() + " " + state.getLastSequence();
              })
          .toList();
    }
  }

  @Test
  void aCallNamesThePermissionThatIsLostLater() {
    String all = NatsUsers.of(NatsUsers.user(login("node"), NatsPermissions.NEEDED));
    try (TestNatsServer nats = TestNatsServer.start(TestNatsOptions.defaults(), all);
        Node node = Node.start(as("node", nats))) {
      node.save(Requests.saveAt("default", "actor", 0));
      Stream.of("aether.e.>", "aether.b.>", "$JS.API.DIRECT.GET.*.>")
          .forEach(
              lost -> {
                String less =
                    NatsUsers.of(
                        NatsUsers.user(
                            login("node"),
                            NatsPermissions.NEEDED.stream()
                                .filter(
                                    each ->
                                        each.action() != Action.PUBLISH
                                            || !each.subjects().equals(lost))
                                .toList()));
                nats.reload(less);
                Refusal refusal =
                    Refusal.of(
                        () -> {
                          switch (lost) {
                            case "aether.e.>" -> node.save(Requests.saveAny("default", "actor"));
                            case "aether.b.>" -> node.publish("default", Requests.event("Ping"));
                            default -> node.latest("default", "other");
                          }
                        });
                String prefix = lost.replaceFirst("[*>].*", "");
                assertTrue(
                    refusal
                        .toString()
                        .contains("NATS does not let this node's user publish to " + prefix),
                    refusal.toString());
              });
    }
  }

  private static String allBut(String subscribe) {
    List<Permission> others =
        NatsPermissions.NEEDED.stream()
            .filter(each -> each.action() != Action.SUBSCRIBE || !each.subjects().equals(subscribe))
            .toList();
    return NatsUsers.of(NatsUsers.user(login("node"), others));
  }

  private static boolean succeeds(Runnable call) {
    try {
      call.run();
      return true;
    } catch (StatusRuntimeException e) {
      return false;
    }
  }

  private static void assertGoesOnAfterAPause(String permission, Consumer<Node> call) {
    String all = NatsUsers.of(NatsUsers.user(login("node"), NatsPermissions.NEEDED));
    try (TestNatsServer nats = TestNatsServer.start(TestNatsOptions.defaults(), all);
        Node node = Node.start(as("node", nats))) {
      call.accept(node);
      nats.reload(allBut(permission));
      String refusal = Refusal.of(() -> call.accept(node)).message();
      String why = "NATS does not let this node's user subscribe to " + permission;
      assertTrue(refusal.contains(why), refusal);
      nats.reload(all);
      Await.until("a call to succeed", WITHIN, () -> succeeds(() -> call.accept(node)));
    }
  }

  @Test
  void aNodeGoesOnWhenItMayReceiveResponsesAgain() {
    assertGoesOnAfterAPause("_INBOX.>", node -> node.latest("default", "actor"));
  }

  @Test
  void aNodeGoesOnWhenItMayReceiveBroadcastsAgain() {
    assertGoesOnAfterAPause("aether.b.>", node -> node.publish("default", Requests.event("Ping")));
  }

  @Test
  @Timeout(60)
  void aNodeDoesNotWaitForAnAccountThatWantsLimitedStreams() {
    String account =
        "accounts { A { jetstream { max_file: 1G, max_bytes_required: true }, users: [ "
            + ADMIN
            + " ] } }\n";
    try (TestNatsServer nats = TestNatsServer.start(TestNatsOptions.defaults(), account)) {
      String url = nats.url().replace("//", "//admin:pass@");
      ServerConfig patient =
          ServerConfig.on(new StoreChoice.Nats(List.of(url), Duration.ofHours(1)));
      StoreException thrown = assertThrows(StoreException.class, () -> Node.start(patient).close());
      assertEquals(
          "store unavailable: JetStream: account requires a stream config to have max bytes set"
              + " (10113)",
          thrown.getMessage());
    }
  }

  @Test
  void theDocumentationListsTheSamePermissions() throws IOException {
    String page = Files.readString(Path.of("..", "docs", "security.md"));
    Pattern row = Pattern.compile("\\| (publish to|subscribe to) \\| `([^`]+)` \\| (.*) \\|");
    assertEquals(
        NatsPermissions.NEEDED.stream().map(each -> each.action() + " " + each).toList(),
        row.matcher(page)
            .results()
            .map(found -> found.group(1) + " " + found.group(2) + " (" + found.group(3) + ")")
            .toList());
    for (Action action : Action.values()) {
      String subjects = NatsUsers.quoted(NatsPermissions.NEEDED, action).replace("\"", "");
      String list = subjects.substring(1, subjects.length() - 1);
      // nats-server's configuration, and an option of nsc
      assertTrue(page.replaceAll("\\s+", " ").replace("\"", "").contains(list), list);
      assertTrue(page.contains(list.replace(", ", ",")), list);
    }
  }
}
