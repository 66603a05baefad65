package dev.aether.server.grpc.limits;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** How connections share a limit. */
class FairBudgetTest {
  private static final long MAX = 1000;

  private static long takeAll(FairBudget.Holder holder) {
    long taken = 0;
    while (holder.take(1)) {
      taken++;
    }
    return taken;
  }

  @Test
  void oneHolderGetsHalfAndTheNextOneHalfOfTheRest() {
    FairBudget budget = new FairBudget(MAX, 1);
    assertEquals(500, takeAll(budget.new Holder()));
    assertEquals(250, takeAll(budget.new Holder()));
    assertEquals(125, takeAll(budget.new Holder()));
  }

  @Test
  void sharesBecomeEqualAndAsMuchStaysFree() {
    FairBudget budget = new FairBudget(MAX, 1);
    List<FairBudget.Holder> holders = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      holders.add(budget.new Holder());
    }
    for (int round = 0; round < MAX; round++) {
      for (FairBudget.Holder holder : holders) {
        long before = holder.held();
        long given = Math.min(before, 10);
        holder.release(given);
        takeAll(holder);
      }
    }
    holders.forEach(holder -> assertEquals(200, holder.held(), 10));
    assertEquals(MAX - 4 * 200, MAX - budget.taken(), 40);
  }

  @Test
  void thousandsThatWaitRunOneAfterAnotherThoughEachGivesBackAtOnce() {
    FairBudget budget = new FairBudget(MAX, 1);
    FairBudget.Holder holder = budget.new Holder();
    assertTrue(holder.take(MAX / 2));
    List<Integer> ran = new ArrayList<>();
    for (int i = 0; i < 50_000; i++) {
      int number = i;
      assertFalse(
          holder.takeOrWait(
              MAX / 2,
              () -> {
                ran.add(number);
                holder.release(MAX / 2);
              }));
    }
    holder.release(MAX / 2);
    assertEquals(IntStream.range(0, 50_000).boxed().toList(), ran);
    assertEquals(0, budget.taken());
  }

  @Test
  void aHolderOfNothingMayTakeOnceEvenIfOthersHoldEverything() {
    FairBudget budget = new FairBudget(MAX, 8);
    budget.new Holder().takeAnyway(MAX);
    FairBudget.Holder late = budget.new Holder();
    assertTrue(late.take(MAX / 2));
    assertFalse(late.take(1));
    assertFalse(budget.new Holder().take(MAX / 2 + 1), "no more than twice the limit");
  }

  @Test
  void waitersAreServedInOrderAndDelayNobodyElse() {
    FairBudget budget = new FairBudget(MAX, 1);
    FairBudget.Holder full = budget.new Holder();
    FairBudget.Holder other = budget.new Holder();
    full.take(500);
    other.take(250);
    List<String> got = new ArrayList<>();
    assertFalse(full.takeOrWait(300, () -> got.add("first")));
    assertFalse(full.takeOrWait(1, () -> got.add("second")));
    assertFalse(other.takeOrWait(50, () -> got.add("other")));
    Runnable leaves = () -> got.add("left");
    assertFalse(other.takeOrWait(1, leaves));
    assertTrue(other.stopWaiting(leaves));
    full.release(100);
    assertEquals(List.of("other"), got);
    full.release(400);
    assertEquals(List.of("other", "first", "second"), got);
    assertEquals(301, full.held());
    assertEquals(300, other.held());
  }

  @Test
  void theSumNeverExceedsItsLimit() {
    long seed = System.nanoTime();
    System.out.println("FairBudgetTest: seed " + seed);
    Random random = new Random(seed);
    FairBudget budget = new FairBudget(MAX, 2);
    List<FairBudget.Holder> holders =
        IntStream.range(0, 20).mapToObj(i -> budget.new Holder()).toList();
    long[] held = new long[20];
    for (int step = 0; step < 20_000; step++) {
      int which = random.nextInt(20);
      long amount = 1 + random.nextInt(100);
      if (random.nextBoolean()) {
        held[which] += holders.get(which).take(amount) ? amount : 0;
      } else {
        long given = Math.min(held[which], amount);
        holders.get(which).release(given);
        held[which] -= given;
      }
      assertEquals(held[which], holders.get(which).held());
      assertEquals(LongStream.of(held).sum(), budget.taken());
      assertTrue(budget.taken() <= 2 * MAX);
    }
  }

  @Test
  void oneThatThrowsWhenItsTurnComesHoldsUpNoOther() {
    FairBudget budget = new FairBudget(MAX, 1);
    FairBudget.Holder full = budget.new Holder();
    full.takeAnyway(2 * MAX);
    AtomicInteger runs = new AtomicInteger();
    assertFalse(
        budget.new Holder()
            .takeOrWait(
                1,
                () -> {
                  throw new OutOfMemoryError("planted by the test");
                }));
    assertFalse(budget.new Holder().takeOrWait(1, runs::incrementAndGet));
    full.release(2 * MAX);
    assertEquals(1, runs.get());
  }
}
