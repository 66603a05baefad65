package dev.aether.server.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.v1.ActorSummary;
import dev.aether.v1.DeleteSnapshotRequest;
import dev.aether.v1.ListActorsRequest;
import dev.aether.v1.ListActorsResponse;
import dev.aether.v1.SaveSnapshotRequest;
import dev.aether.v1.Snapshot;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** ListActors. */
abstract class ActorsContract extends Contract {
  private static final int DEFAULT_PAGE_SIZE = 100;
  private static final int MAX_PAGE_SIZE = 1000;

  /** Legal, however odd. */
  private static final List<String> ODD =
      List.of(
          "%",
          "*", ".", ".a", "..", " ", ">", "a", "a b", "a%", "a%20b", "a*", "a.", "a..b", "a.*",
          "a.>", "a.b", "a.b.c", "a.bc", "ab", "a-b", "a_b", "A", "é", "éa", "日本", "😀", "😀.😁");

  ActorsContract(Fixture fixture) {
    super(fixture);
  }

  private ListActorsRequest.Builder of(String prefix, int pageSize) {
    return ListActorsRequest.newBuilder()
        .setNamespace(namespace)
        .setPrefix(prefix)
        .setPageSize(pageSize);
  }

  private static ListActorsResponse page(Node node, ListActorsRequest.Builder request) {
    return node.store().listActors(request.build());
  }

  /** All pages, asked of both nodes in turn. */
  private List<ActorSummary> list(String prefix, int pageSize) {
    return list(of(prefix, pageSize));
  }

  private List<ActorSummary> list(ListActorsRequest.Builder request) {
    List<ActorSummary> all = new ArrayList<>();
    String token = "";
    int pages = 0;
    do {
      ListActorsResponse page = page(pages++ % 2 == 0 ? a : b, request.setPageToken(token));
      assertTrue(page.getActorsCount() <= request.getPageSize());
      all.addAll(page.getActorsList());
      token = page.getNextPageToken();
    } while (!token.isEmpty());
    return all;
  }

  private static List<String> ids(List<ActorSummary> actors) {
    return actors.stream().map(ActorSummary::getActorId).toList();
  }

  @Test
  void onlyActorsWithASnapshotAreListedIfThatIsAskedFor() {
    assertEquals(List.of(), withSnapshot("", 3), "a namespace that nobody made");
    Map<String, Long> expected = new HashMap<>();
    for (int i = 0; i < 20; i++) {
      String id = actor + "." + i;
      a.save(Requests.save(namespace, id, 2).setExpectedVersion(0));
    }
    assertEquals(List.of(), withSnapshot("", 3), "no snapshot yet");
    for (int i = 0; i < 20; i += 3) {
      String id = actor + "." + i;
      (i % 2 == 0 ? a : b).store().saveSnapshot(snapshot(id, 1));
      a.save(Requests.save(namespace, id, 1).setExpectedVersion(2));
      expected.put(id, 3L);
    }

    for (int pageSize : new int[] {1, 3, 7, 1000}) {
      List<ActorSummary> listed = withSnapshot("", pageSize);
      assertEquals(
          expected.keySet().stream().sorted().toList(), ids(listed).stream().sorted().toList());
      listed.forEach(found -> assertEquals(expected.get(found.getActorId()), found.getVersion()));
    }
    assertEquals(
        List.of(actor + ".12", actor + ".15", actor + ".18"), ids(withSnapshot(actor + ".1", 2)));
    assertEquals(20, list("", 7).size());
    a.store()
        .deleteSnapshot(
            DeleteSnapshotRequest.newBuilder()
                .setNamespace(namespace)
                .setActorId(actor + ".15")
                .build());
    assertEquals(
        List.of(actor + ".12", actor + ".15", actor + ".18"),
        ids(withSnapshot(actor + ".1", 2)),
        "one had a snapshot");
    String token = page(a, of("", 1).setWithSnapshot(true)).getNextPageToken();
    Refusal refusal = Refusal.of(() -> page(a, of("", 1).setPageToken(token)));
    assertTrue(refusal.badFields().contains("page_token"));
  }

  private SaveSnapshotRequest snapshot(String id, long version) {
    return SaveSnapshotRequest.newBuilder()
        .setNamespace(namespace)
        .setSnapshot(Snapshot.newBuilder().setActorId(id).setVersion(version))
        .build();
  }

  private List<ActorSummary> withSnapshot(String prefix, int pageSize) {
    return list(of(prefix, pageSize).setWithSnapshot(true));
  }

  @Test
  void actorsAreListedWithTheirLatestVersions() {
    Map<String, Long> expected = new HashMap<>();
    for (int i = 1; i <= 5; i++) {
      long version = 0;
      for (int n = 0; n < i; n++) {
        version =
            (n % 2 == 0 ? a : b)
                .save(Requests.save(namespace, actor + i, 2).setExpectedVersion(version))
                .getLastVersion();
      }
      expected.put(actor + i, version);
    }
    for (Node node : List.of(a, b)) {
      Map<String, Long> listed = new HashMap<>();
      page(node, of("", 0))
          .getActorsList()
          .forEach(summary -> listed.put(summary.getActorId(), summary.getVersion()));
      assertEquals(expected, listed);
    }
  }

  @Test
  void whatNobodyWroteIsEmpty() {
    assertEquals(ListActorsResponse.getDefaultInstance(), page(a, of("", 0)));
    a.save(Requests.saveAt(namespace, actor, 0));
    assertEquals(ListActorsResponse.getDefaultInstance(), page(b, of(actor + "x", 0)));
    assertEquals(ListActorsResponse.getDefaultInstance(), page(b, of("nobody.", 0)));
  }

  @Test
  void anyPrefixOfBytesFindsWhatBeginsWithIt() {
    ODD.forEach(id -> a.save(Requests.saveAt(namespace, id, 0)));
    Set<String> prefixes = new HashSet<>(Set.of("", "nothing", "a.b.c.d", "%2", "."));
    for (String id : ODD) {
      for (int end = 1; end <= id.length(); end++) {
        if (!Character.isHighSurrogate(id.charAt(end - 1))) {
          prefixes.add(id.substring(0, end));
        }
      }
    }
    for (String prefix : prefixes) {
      Set<String> expected = new HashSet<>(ODD);
      expected.removeIf(id -> !id.startsWith(prefix));
      for (int pageSize : new int[] {3, MAX_PAGE_SIZE}) {
        List<String> listed = ids(list(prefix, pageSize));
        assertEquals(expected, new HashSet<>(listed), prefix);
        assertEquals(expected.size(), listed.size(), prefix);
      }
    }
  }

  @Test
  void theOrderIsTheSameInEveryPageSizeAndOnEachNode() {
    Random random = random();
    List<String> ids = new ArrayList<>(ODD);
    Collections.shuffle(ids, random);
    ids.forEach(id -> (random.nextBoolean() ? a : b).save(Requests.saveAt(namespace, id, 0)));
    List<String> whole = ids(list("", MAX_PAGE_SIZE));
    for (int pageSize = 1; pageSize <= 30; pageSize += 4) {
      assertEquals(whole, ids(list("", pageSize)));
    }
    List<String> plain = whole.stream().filter(id -> id.matches("[A-Za-z0-9_-]+")).toList();
    assertEquals(plain.stream().sorted().toList(), plain);
  }

  @Test
  void pagesAreBoundedByTheServer() {
    int actors = MAX_PAGE_SIZE + 1;
    AtOnce.results(
        8,
        i -> {
          for (int n = i; n < actors; n += 8) {
            a.save(Requests.saveAt(namespace, "%05d".formatted(n), 0));
          }
          return true;
        });
    assertEquals(DEFAULT_PAGE_SIZE, page(b, of("", 0)).getActorsCount());
    for (int asked : new int[] {MAX_PAGE_SIZE, MAX_PAGE_SIZE + 1, Integer.MAX_VALUE, -1}) {
      assertEquals(MAX_PAGE_SIZE, page(b, of("", asked)).getActorsCount());
    }
    List<String> listed = ids(list("", 333));
    assertEquals(listed.stream().sorted().distinct().toList(), listed);
    assertEquals(actors, listed.size());
    assertEquals(10, ids(list("0010", 3)).size());
  }

  @Test
  void aPageThatEndsWithTheLastActorIsTheLast() {
    for (int i = 0; i < 4; i++) {
      a.save(Requests.saveAt(namespace, "x" + i, 0));
      a.save(Requests.saveAt(namespace, "y" + i, 0));
    }
    assertEquals("", page(a, of("", 8)).getNextPageToken());
    assertEquals("", page(a, of("x", 4)).getNextPageToken());
    assertEquals("", page(a, of("y", 4)).getNextPageToken());
    assertFalse(page(a, of("x", 3)).getNextPageToken().isEmpty());
  }

  @Test
  void aTokenThatIsNotOfThisListingIsInvalid() {
    for (int i = 0; i < 4; i++) {
      a.save(Requests.saveAt(namespace, "x" + i, 0));
    }
    String token = page(a, of("x", 2)).getNextPageToken();
    List<ListActorsRequest.Builder> wrong =
        List.of(
            of("", 2).setPageToken(token),
            of("x1", 2).setPageToken(token),
            of("x", 2).setPageToken(token).setNamespace(Requests.unique("contract")),
            of("x", 2).setPageToken("x"),
            of("x", 2).setPageToken("?"),
            of("x", 2).setPageToken(token.substring(1)),
            of("x", 2).setPageToken(token.substring(0, token.length() - 4)),
            of("x", 2).setPageToken(token + token),
            of("x", 2).setPageToken("x".repeat(100_000)));
    for (ListActorsRequest.Builder request : wrong) {
      assertEquals(List.of("page_token"), Refusal.of(() -> page(b, request)).badFields());
    }
    assertEquals(
        List.of("x2", "x3"), ids(page(b, of("x", 100).setPageToken(token)).getActorsList()));
    assertEquals(
        List.of("namespace", "prefix"),
        Refusal.of(() -> page(a, of("\u0007", 0).setNamespace("no space"))).badFields());
    assertEquals(List.of("prefix"), Refusal.of(() -> page(a, of("x".repeat(257), 0))).badFields());
  }

  @Test
  void whileOthersAreMadeThoseThatWereThereComeOnce() {
    Set<String> there = new HashSet<>();
    for (int i = 0; i < 60; i++) {
      there.add("m%02d".formatted(i));
    }
    there.forEach(id -> a.save(Requests.saveAt(namespace, id, 0)));
    AtomicBoolean ended = new AtomicBoolean();
    AtOnce.results(
        3,
        i -> {
          if (i == 0) {
            for (int round = 0; round < rounds("listing.rounds", 8); round++) {
              List<String> listed = ids(list("", 7));
              assertEquals(listed.size(), new HashSet<>(listed).size(), "twice");
              assertTrue(listed.containsAll(there), "left out");
            }
            ended.set(true);
            return true;
          }
          for (int n = 0; !ended.get() && n < 2000; n++) {
            String id = (n % 2 == 0 ? "a" : "z") + i + "-" + n;
            (i == 1 ? a : b).save(Requests.saveAt(namespace, id, 0));
            a.save(Requests.saveAny(namespace, "m%02d".formatted(n % 60)));
          }
          return true;
        });
  }

  @Test
  void aListingSeesWhatAnotherNodeJustAcknowledged() {
    for (int round = 1; round <= rounds("freshness.rounds", 20); round++) {
      Node writer = round % 2 == 0 ? a : b;
      Node reader = round % 2 == 0 ? b : a;
      String fresh = "%s-%04d".formatted(actor, round);
      writer.save(Requests.saveAt(namespace, fresh, 0));
      List<ActorSummary> listed = page(reader, of(actor, 1000)).getActorsList();
      assertEquals(round, listed.size());
      assertEquals(fresh, listed.get(round - 1).getActorId());
      writer.save(Requests.saveAt(namespace, fresh, 1));
      assertEquals(2, page(reader, of(fresh, 1)).getActors(0).getVersion());
    }
  }
}
