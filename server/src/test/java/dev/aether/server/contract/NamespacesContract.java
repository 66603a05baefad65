package dev.aether.server.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.v1.CreateNamespaceRequest;
import dev.aether.v1.DeleteNamespaceRequest;
import dev.aether.v1.HistoryRules;
import dev.aether.v1.ListNamespacesRequest;
import dev.aether.v1.ListNamespacesResponse;
import dev.aether.v1.Namespace;
import dev.aether.v1.NamespaceConfig;
import dev.aether.v1.UpdateNamespaceRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Namespaces made, listed and deleted by calls. */
abstract class NamespacesContract extends Contract {
  NamespacesContract(Fixture fixture) {
    super(fixture);
  }

  private CreateNamespaceRequest request(NamespaceConfig.Builder config) {
    return CreateNamespaceRequest.newBuilder().setNamespace(namespace).setConfig(config).build();
  }

  private Refusal createRefusal(CreateNamespaceRequest request) {
    return Refusal.of(() -> a.namespaces().createNamespace(request));
  }

  private static void assertNotFound(Node node, String name) {
    Refusal refusal = Refusal.of(() -> node.namespace(name));
    assertEquals("NAMESPACE_NOT_FOUND", refusal.reason());
    assertEquals(Status.Code.NOT_FOUND, refusal.code());
    assertEquals(name, refusal.metadata().get("namespace"));
  }

  @Test
  void aNamespaceIsMadeAndFoundAndDeletedOnWhicheverNode() {
    Instant before = Instant.now();
    assertNotFound(b, namespace);
    Namespace made = a.create(namespace);
    assertEquals(namespace, made.getNamespace());
    assertEquals(fixture.replicas(), made.getConfig().getReplicas());
    assertEquals(1, made.getConfig().getPartitions());
    assertEquals(0, made.getConfig().getMaxBytes());
    assertTrue(!made.getConfig().hasHistory());
    Instant at = Instant.ofEpochSecond(made.getCreatedAt().getSeconds());
    assertTrue(Duration.between(before, at).abs().compareTo(Duration.ofMinutes(1)) < 0);
    assertEquals(made, b.namespace(namespace));

    b.delete(namespace);
    assertNotFound(a, namespace);
    assertNotFound(b, namespace);
    Namespace anew = a.create(namespace);
    assertNotEquals(made.getIncarnation(), anew.getIncarnation());
    assertEquals(anew, b.namespace(namespace));
  }

  @Test
  void aNamespaceThatASaveMadeIsFoundToo() {
    a.save(Requests.saveAt(namespace, actor, 0));
    assertEquals(namespace, b.namespace(namespace).getNamespace());
    assertEquals("NAMESPACE_EXISTS", Refusal.of(() -> b.create(namespace)).reason());
  }

  @Test
  void whatIsThereIsNotMadeAgain() {
    Namespace made = a.create(namespace);
    for (Node node : List.of(a, b)) {
      Refusal refusal = Refusal.of(() -> node.create(namespace));
      assertEquals("NAMESPACE_EXISTS", refusal.reason());
      assertEquals(Status.Code.ALREADY_EXISTS, refusal.code());
      assertEquals(namespace, refusal.metadata().get("namespace"));
    }
    assertEquals(made, b.namespace(namespace));
  }

  private static Optional<Namespace> createdBy(Node node, String name) {
    try {
      return Optional.of(node.create(name));
    } catch (StatusRuntimeException e) {
      assertEquals("NAMESPACE_EXISTS", Refusal.of(e).reason());
      return Optional.empty();
    }
  }

  @Test
  void ofManyWhoMakeOneNamespaceAtOnceOneDoes() {
    for (int round = 0; round < rounds("create.rounds", 10); round++) {
      String fresh = Requests.unique("contract");
      List<Namespace> made =
          AtOnce.results(8, i -> createdBy(i % 2 == 0 ? a : b, fresh)).stream()
              .flatMap(Optional::stream)
              .toList();
      assertEquals(1, made.size(), "round " + round);
      assertEquals(made.get(0), a.namespace(fresh));
      assertEquals(made.get(0), b.namespace(fresh));
      a.delete(fresh);
    }
  }

  @Test
  void whatIsNotServedOrWrongIsRefusedByItsField() {
    Refusal all =
        createRefusal(
            request(
                NamespaceConfig.newBuilder()
                    .setReplicas(2)
                    .setPartitions(2)
                    .setMaxBytes(-1)
                    .setHistory(HistoryRules.newBuilder().setKeepEvents(5))));
    assertEquals(
        List.of("config.replicas", "config.partitions", "config.history", "config.max_bytes"),
        all.badFields());
    assertEquals(
        List.of("namespace"),
        createRefusal(CreateNamespaceRequest.newBuilder().setNamespace("no spaces").build())
            .badFields());
    assertNotFound(a, namespace);
    assertEquals(
        List.of("config"),
        Refusal.of(
                () -> a.namespaces().updateNamespace(UpdateNamespaceRequest.getDefaultInstance()))
            .badFields());
  }

  private Namespace update(Node node, NamespaceConfig.Builder config) {
    return node.namespaces()
        .updateNamespace(
            UpdateNamespaceRequest.newBuilder().setNamespace(namespace).setConfig(config).build())
        .getNamespace();
  }

  private Refusal updateRefusal(Node node, NamespaceConfig.Builder config) {
    return Refusal.of(() -> update(node, config));
  }

  @Test
  void theSizeLimitOfANamespaceIsChangedWhileItIsUsed() {
    Refusal missing = updateRefusal(a, NamespaceConfig.newBuilder());
    assertEquals("NAMESPACE_NOT_FOUND", missing.reason());
    Namespace made = a.create(namespace);
    for (int i = 0; i < 4; i++) {
      a.save(
          Requests.save(namespace, actor, 0)
              .setExpectedVersion(i)
              .addEvents(Requests.heavyEvent(10_000)));
    }

    Refusal tooSmall = updateRefusal(b, NamespaceConfig.newBuilder().setMaxBytes(20_000));
    assertEquals(List.of("config.max_bytes"), tooSmall.badFields());
    assertEquals(made, a.namespace(namespace));
    Namespace limited = update(b, NamespaceConfig.newBuilder().setMaxBytes(45_000));
    assertEquals(45_000, limited.getConfig().getMaxBytes());
    assertEquals(made.getConfig().getReplicas(), limited.getConfig().getReplicas());
    assertEquals(made.getIncarnation(), limited.getIncarnation());
    assertEquals(limited, a.namespace(namespace));
    Refusal full =
        Refusal.of(
            () ->
                a.save(
                    Requests.save(namespace, actor, 0)
                        .setExpectedVersion(4)
                        .addEvents(Requests.heavyEvent(10_000))));
    assertEquals("STORE_FULL", full.reason());

    assertEquals(made, update(a, NamespaceConfig.newBuilder().setMaxBytes(0)));
    assertEquals(made, update(a, made.getConfig().toBuilder()));
    a.save(
        Requests.save(namespace, actor, 0)
            .setExpectedVersion(4)
            .addEvents(Requests.heavyEvent(10_000)));
    assertEquals(versions(1, 5), versions(b.events(namespace, actor)));
  }

  @Test
  void anUpdateThatTheStoreCannotProvideChangesNothing() {
    Namespace made = a.create(namespace);
    a.save(Requests.saveAt(namespace, actor, 0));
    int tooMany = fixture.replicas() == 1 ? 3 : 5;
    for (Node node : List.of(a, b)) {
      Refusal refusal = updateRefusal(node, NamespaceConfig.newBuilder().setReplicas(tooMany));
      assertEquals(List.of("config.replicas"), refusal.badFields());
    }
    assertEquals(
        List.of("config.replicas", "config.partitions", "config.history", "config.max_bytes"),
        updateRefusal(
                a,
                NamespaceConfig.newBuilder()
                    .setReplicas(2)
                    .setPartitions(2)
                    .setMaxBytes(-1)
                    .setHistory(HistoryRules.newBuilder().setKeepEvents(5)))
            .badFields());
    assertEquals(made, b.namespace(namespace));
    b.save(Requests.saveAt(namespace, actor, 1));
    assertEquals(versions(1, 2), versions(a.events(namespace, actor)));
  }

  @Test
  void ofManyUpdatesAtOnceTheLastOneHolds() {
    a.create(namespace);
    a.save(Requests.saveAt(namespace, actor, 0));
    List<Namespace> updated =
        AtOnce.results(
            8,
            i ->
                update(
                    i % 2 == 0 ? a : b, NamespaceConfig.newBuilder().setMaxBytes(1_000_000 + i)));
    Namespace now = a.namespace(namespace);
    assertEquals(now, b.namespace(namespace));
    assertTrue(updated.contains(now), now.toString());
    b.save(Requests.saveAt(namespace, actor, 1));
  }

  @Test
  void moreReplicasThanThereAreServersAreRefusedAndLeaveNothing() {
    int tooMany = fixture.replicas() == 1 ? 3 : 5;
    Refusal refusal = createRefusal(request(NamespaceConfig.newBuilder().setReplicas(tooMany)));
    assertEquals(List.of("config.replicas"), refusal.badFields());
    assertNotFound(a, namespace);
    assertNotFound(b, namespace);
    assertEquals(0, b.latest(namespace, actor));
    Namespace made =
        a.namespaces()
            .createNamespace(request(NamespaceConfig.newBuilder().setReplicas(1)))
            .getNamespace();
    assertEquals(1, made.getConfig().getReplicas());
    assertEquals(1, b.save(Requests.saveAt(namespace, actor, 0)).getDurability().getReplicas());
  }

  @Test
  void aFullNamespaceTakesNoMoreAndIsReadOn() {
    int limit = 64 * 1024;
    Namespace made =
        a.namespaces()
            .createNamespace(request(NamespaceConfig.newBuilder().setMaxBytes(limit)))
            .getNamespace();
    assertEquals(limit, made.getConfig().getMaxBytes());
    assertEquals(made, b.namespace(namespace));
    long saved = 0;
    Refusal full = null;
    while (full == null) {
      assertTrue(saved < 8, "10 KB each do not fit more than 6 times");
      try {
        a.save(
            Requests.save(namespace, actor, 0)
                .setExpectedVersion(saved)
                .addEvents(Requests.heavyEvent(10_000)));
        saved++;
      } catch (StatusRuntimeException e) {
        full = Refusal.of(e);
      }
    }
    assertEquals("STORE_FULL", full.reason());
    assertEquals(Status.Code.RESOURCE_EXHAUSTED, full.code());
    assertTrue(saved >= 4, "only " + saved);
    assertEquals(versions(1, saved), versions(b.events(namespace, actor)));
    String other = Requests.unique("contract");
    assertEquals(1, a.save(Requests.saveAt(other, actor, 0)).getLastVersion());
  }

  private ListNamespacesResponse page(Node node, String pattern, int size, String token) {
    return node.namespaces()
        .listNamespaces(
            ListNamespacesRequest.newBuilder()
                .setPattern(pattern)
                .setPageSize(size)
                .setPageToken(token)
                .build());
  }

  private static List<String> names(ListNamespacesResponse page) {
    return page.getNamespacesList().stream().map(Namespace::getNamespace).toList();
  }

  @Test
  void namespacesAreListedByNameInPagesAsTheyAre() {
    List<String> expected = new ArrayList<>();
    for (String last : List.of("a", "a-", "b", "b.c", "z")) {
      String name = namespace + "." + last;
      expected.add(name);
      (expected.size() % 2 == 0 ? a : b).create(name);
    }
    a.create(namespace);
    for (Node node : List.of(a, b)) {
      assertEquals(expected, names(page(node, namespace + ".>", 0, "")));
      assertEquals(List.of(namespace), names(page(node, namespace, 0, "")));
      assertEquals(4, page(node, namespace + ".*", -1, "").getNamespacesCount());
      List<String> listed = new ArrayList<>();
      String token = "";
      int pages = 0;
      do {
        ListNamespacesResponse page = page(node, namespace + ".>", 2, token);
        assertTrue(page.getNamespacesCount() <= 2);
        listed.addAll(names(page));
        token = page.getNextPageToken();
        pages++;
      } while (!token.isEmpty());
      assertEquals(expected, listed);
      assertEquals(3, pages);
    }
    String token = page(a, namespace + ".>", 2, "").getNextPageToken();
    a.delete(namespace + ".b");
    assertEquals(expected.subList(3, 5), names(page(b, namespace + ".>", 0, token)));
  }

  @Test
  void aTokenOfAnotherListIsRefused() {
    a.create(namespace + ".1");
    a.create(namespace + ".2");
    String token = page(a, namespace + ".>", 1, "").getNextPageToken();
    assertEquals(List.of(namespace + ".2"), names(page(b, namespace + ".>", 1, token)));
    for (String wrong : List.of("x", "!", token + "A", token.substring(1), "A".repeat(10_000))) {
      assertEquals(
          List.of("page_token"),
          Refusal.of(() -> page(a, namespace + ".>", 1, wrong)).badFields(),
          wrong);
    }
    assertEquals(
        List.of("page_token"), Refusal.of(() -> page(a, namespace + ".*", 1, token)).badFields());
    assertEquals(List.of("pattern"), Refusal.of(() -> page(a, "tenant-*", 1, "")).badFields());
  }

  @Test
  void onlyWhoSaysTheNameTwiceDeletes() {
    a.create(namespace);
    for (String confirm : List.of("", "x", namespace + " ")) {
      Refusal refusal =
          Refusal.of(
              () ->
                  a.namespaces()
                      .deleteNamespace(
                          DeleteNamespaceRequest.newBuilder()
                              .setNamespace(namespace)
                              .setConfirm(confirm)
                              .build()));
      assertEquals(List.of("confirm"), refusal.badFields());
    }
    assertEquals(
        List.of("confirm"),
        Refusal.of(
                () -> a.namespaces().deleteNamespace(DeleteNamespaceRequest.getDefaultInstance()))
            .badFields());
    assertEquals(namespace, b.namespace(namespace).getNamespace());
    String missing = Requests.unique("missing");
    Refusal notThere = Refusal.of(() -> a.delete(missing));
    assertEquals("NAMESPACE_NOT_FOUND", notThere.reason());
    assertEquals(Status.Code.NOT_FOUND, notThere.code());
  }
}
