package dev.aether.server.cli.load;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class OccurrencesTest {

  @Test
  void countsLikeAMapAlsoWhileItGrows() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    Occurrences occurrences = new Occurrences();
    Map<Long, Integer> model = new HashMap<>();

    for (int i = 0; i < 100_000; i++) {
      long key = random.nextInt(4) == 0 ? random.nextInt(100) : random.nextLong();
      int expected = model.merge(key, 1, Integer::sum);

      assertEquals(expected, occurrences.next(key), () -> "seed " + seed + ", key " + key);
    }
  }
}
