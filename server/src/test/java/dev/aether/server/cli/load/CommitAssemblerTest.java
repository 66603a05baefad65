package dev.aether.server.cli.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.server.cli.json.JsonFault;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CommitAssemblerTest {
  private final LineIdentity identity = new LineIdentity();
  private final CommitAssembler assembler = new CommitAssembler(identity);
  private long lines;

  @Test
  void aLineWithoutCommitIdIsACommitAtOnce() throws Exception {
    assertEquals(1, add("{\"actorId\":\"a\",\"eventType\":\"T\",\"data\":1}").size());
    assertEquals(List.of(), assembler.end());
  }

  @Test
  void consecutiveLinesWithOneCommitIdAreOneCommit() throws Exception {
    List<ImportCommit> commits = new ArrayList<>();
    commits.addAll(add(line("a", "x", 1)));
    commits.addAll(add(line("a", "x", 2)));
    commits.addAll(add(line("b", "x", 1)));
    commits.addAll(add(line("a", "x", 3)));
    commits.addAll(add("{\"actorId\":\"a\",\"eventType\":\"T\",\"data\":1}"));
    commits.addAll(assembler.end());

    assertEquals(
        List.of("a 2", "b 1", "a 1", "a 1"),
        commits.stream().map(c -> c.actor().actorId() + " " + c.events().size()).toList());
    assertEquals("x", commits.get(0).commitId());
    assertEquals(1, commits.get(0).firstLine());
  }

  @Test
  void linesOfOneCommitIdThatWereStoredAtTwoPositionsAreTwoCommits() throws Exception {
    String text = "{\"actorId\":\"a\",\"eventType\":\"T\",\"data\":1,\"commitId\":\"x\"";
    List<ImportCommit> commits = new ArrayList<>();
    commits.addAll(add(text + ",\"position\":7}"));
    commits.addAll(add(text + ",\"position\":7}"));
    commits.addAll(add(text + ",\"position\":8}"));
    commits.addAll(assembler.end());

    assertEquals(List.of(2, 1), commits.stream().map(c -> c.events().size()).toList());
  }

  @Test
  void linesOfOneActorInTwoNamespacesAreTwoCommits() throws Exception {
    ImportLine line = line(1, line("a", "x", 1));
    List<ImportCommit> commits = new ArrayList<>();
    commits.addAll(assembler.add(identity.event(line.in("m"))));
    commits.addAll(assembler.add(identity.event(line.in("n"))));
    commits.addAll(assembler.end());

    assertEquals(List.of("m", "n"), commits.stream().map(c -> c.actor().namespace()).toList());
  }

  @Test
  void moreLinesThanACommitMayHaveAreRefused() throws Exception {
    for (int i = 0; i < CommitAssembler.MAX_EVENTS; i++) {
      assertEquals(List.of(), add(line("a", "x", i)));
    }

    assertThrows(ImportStopped.class, () -> add(line("a", "x", 0)));
  }

  @Test
  void theSameLineGetsTheSameIdsInEachRunAndOthersWhenItComesAgain() throws Exception {
    String text = "{\"actorId\":\"a\",\"eventType\":\"T\",\"data\":1}";
    ImportCommit first = add(text).get(0);
    ImportCommit second = add(text).get(0);
    ImportCommit ofOtherActor = add(text.replace("\"a\"", "\"b\"")).get(0);

    LineIdentity anotherRun = new LineIdentity();
    ImportEvent again = anotherRun.event(line(9, "  " + text + "\r"));

    assertEquals(first.events().get(0).eventId(), again.eventId());
    assertEquals(first.commitId(), anotherRun.commitId(again));
    assertEquals(first.commitId() + ".2", second.commitId());
    assertEquals(second.commitId(), second.events().get(0).eventId());
    assertNotEquals(first.commitId(), ofOtherActor.commitId());
    assertTrue(first.commitId().matches("[A-Za-z0-9_-]{22}"), first.commitId());
  }

  @Test
  void aGivenEventIdStaysAndItsRepetitionsAreCounted() throws Exception {
    String text = "{\"actorId\":\"a\",\"eventType\":\"T\",\"data\":%s,\"eventId\":\"e\"}";
    ImportCommit first = add(text.formatted("1")).get(0);
    ImportCommit second = add(text.formatted("2")).get(0);

    assertEquals("e", first.events().get(0).eventId());
    assertEquals(1, first.events().get(0).occurrence());
    assertEquals(2, second.events().get(0).occurrence());
    assertNotEquals(first.commitId(), second.commitId());
  }

  private List<ImportCommit> add(String text) throws JsonFault, ImportStopped {
    lines++;
    return assembler.add(identity.event(line(lines, text)));
  }

  private static ImportLine line(long number, String text) throws JsonFault {
    return (ImportLine) ImportLineParser.parse(number, text);
  }

  private static String line(String actor, String commit, int n) {
    return "{\"actorId\":\"%s\",\"eventType\":\"T\",\"data\":%d,\"commitId\":\"%s\"}"
        .formatted(actor, n, commit);
  }
}
