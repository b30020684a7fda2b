/* The limit of many runs: the lab's network from S starts at once, each run a lane of every vector, S a multiple of 16.
 *
 * Every run shuffles for itself (Fisher-Yates, xorshift). Batches of at most 60 points. No accuracies, no records: the
 * last weights and the loss of every epoch. Build: cc -O3 -march=native -shared -fPIC -pthread limit_seeds.c -lm
 */
#include "limit.c"
#include <pthread.h>

typedef struct {
    int runs, n, epochs, batch, first, last;
    const float *X, *rate;
    const uint8_t *y;
    float *P, *loss;
} share;

/* The next points of each run forward and back: t gets d0, d1, a0, a1, the four differences, x0, x1. */
INLINE void train_points(const points *data, const int *order, const vec *P, const vec *scaled, int vectors,
                         vec (*t)[10], vec *product, vec *own) {
    vec h0[TOGETHER], h1[TOGETHER], a0[TOGETHER], a1[TOGETHER], r[TOGETHER];
    vec z[4][TOGETHER], q[4][TOGETHER], d0[TOGETHER], d1[TOGETHER];
    vec x0[TOGETHER], x1[TOGETHER];
    whole y[TOGETHER];
    mask on0[TOGETHER], on1[TOGETHER];
    EACH points_at(data, order + i * LANES, &x0[i], &x1[i], &y[i]);
    EACH {
        h0[i] = FMA(x1[i], P[2], FMA(x0[i], P[0], P[4]));
        h1[i] = FMA(x1[i], P[3], FMA(x0[i], P[1], P[5]));
    }
    EACH on0[i] = POSITIVE(h0[i]), on1[i] = POSITIVE(h1[i]), a0[i] = MAX(h0[i], ZERO), a1[i] = MAX(h1[i], ZERO);
    EACH t[i][2] = a0[i], t[i][3] = a1[i], t[i][8] = x0[i], t[i][9] = x1[i];
    for (int c = 0; c < 4; c++)
        EACH z[c][i] = FMA(a1[i], scaled[4 + c], FMA(a0[i], scaled[c], scaled[8 + c]));
    EACH {
        vec m = MAX(MAX(z[0][i], z[1][i]), MAX(z[2][i], z[3][i]));
        for (int c = 0; c < 4; c++) z[c][i] = SUB(z[c][i], m);
    }
    for (int c = 0; c < 4; c++)
        EACH q[c][i] = power_of_two(z[c][i]);
    EACH {
        vec sum = ADD(ADD(q[0][i], q[1][i]), ADD(q[2][i], q[3][i]));
        r[i] = reciprocal(sum);
        *product = MUL(*product, sum);
        d0[i] = d1[i] = ZERO;
    }
    for (int c = 0; c < 4; c++)
        EACH {
            member is = CLASS(y[i], c);
            *own = ADD_OWN(is, *own, z[c][i]);
            t[i][4 + c] = q[c][i] = LESS_ONE(is, MUL(q[c][i], r[i]));
            d0[i] = FMA(q[c][i], P[6 + c], d0[i]);
            d1[i] = FMA(q[c][i], P[10 + c], d1[i]);
        }
    EACH t[i][0] = KEEP(on0[i], d0[i]), t[i][1] = KEEP(on1[i], d1[i]);
}

static void lanes_of_runs(const share *s, int block) {
    const int n = s->n, S = s->runs;
    points data;
    int order[256 * LANES] __attribute__((aligned(64)));
    vec P[PARAMETERS], M[PARAMETERS], V[PARAMETERS], T[64][10];
    for (int i = 0; i < n; i++) {
        put_point(&data, i, s->X[2 * i], s->X[2 * i + 1], s->y[i]);
        fill(order, i);
    }
    for (int k = 0; k < PARAMETERS; k++) P[k] = LOAD(s->P + (size_t)k * S + block * LANES), M[k] = V[k] = ZERO;
    whole seeds = first_seeds(block * LANES);
    const float *rate = s->rate;
    for (int e = 0; e < s->epochs; e++) {
        for (int i = n - 1; i > 0; i--) swap(order, i, drawn(&seeds, i + 1));
        vec own = ZERO, logs = ZERO, product = SET(1.f), scaled[12], G[PARAMETERS];
        for (int begin = 0; begin < n; begin += s->batch) {
            const int count = n - begin < s->batch ? n - begin : s->batch;
            for (int k = 0; k < 12; k++) scaled[k] = MUL(P[6 + k], SET(LOG2E));
            const int *at = order + begin * LANES;
            int i = 0;
            for (; TOGETHER > 1 && i + TOGETHER <= count; i += TOGETHER)
                train_points(&data, at + i * LANES, P, scaled, TOGETHER, T + i, &product, &own);
            for (; i < count; i++)
                train_points(&data, at + i * LANES, P, scaled, 1, T + i, &product, &own);
            for (int k = 0; k < PARAMETERS; k++) G[k] = ZERO;
            for (int i = 0; i < count; i++) { /* two loops: AVX2 has 16 registers, not 18 */
                const vec *t = T[i];
                G[0] = FMA(t[8], t[0], G[0]), G[1] = FMA(t[8], t[1], G[1]), G[2] = FMA(t[9], t[0], G[2]);
                G[3] = FMA(t[9], t[1], G[3]), G[4] = ADD(G[4], t[0]), G[5] = ADD(G[5], t[1]);
            }
            for (int i = 0; i < count; i++) {
                const vec *t = T[i];
                for (int c = 0; c < 4; c++) {
                    G[6 + c] = FMA(t[2], t[4 + c], G[6 + c]);
                    G[10 + c] = FMA(t[3], t[4 + c], G[10 + c]);
                    G[14 + c] = ADD(G[14 + c], t[4 + c]);
                }
            }
            logs = ADD(logs, EXPONENT(product));
            product = MANTISSA(product);
            const vec step = SET(*rate++), inverse = SET(1.f / count);
            for (int k = 0; k < PARAMETERS; k++) P[k] = adam(P[k], MUL(G[k], inverse), &M[k], &V[k], step);
        }
        STORE(s->loss + (size_t)e * S + block * LANES,
              MUL(SUB(ADD(logs, log_of_two(product)), own), SET(LN2 / n)));
    }
    for (int k = 0; k < PARAMETERS; k++) STORE(s->P + (size_t)k * S + block * LANES, P[k]);
}

static void *work(void *given) {
    const share *s = given;
    for (int block = s->first; block < s->last; block++) lanes_of_runs(s, block);
    return 0;
}

/* n <= 256 points X (n, 2), classes y; P (18, runs): in the starts, out the ends; loss (epochs, runs). */
void train_seeds(int runs, int n, int epochs, int batch, float rate, int threads, const float *X, const uint8_t *y,
                 float *P, float *loss) {
    const int steps = epochs * ((n + batch - 1) / batch), blocks = runs / LANES;
    float *rates = malloc(sizeof(float) * steps);
    double power_1 = 1, power_2 = 1;
    for (int t = 0; t < steps; t++) {
        power_1 *= .9;
        power_2 *= .999;
        rates[t] = rate * sqrt(1 - power_2) / (1 - power_1);
    }
    share shares[64];
    pthread_t others[64];
    if (threads > 64) threads = 64;
    for (int i = 0; i < threads; i++) {
        shares[i] = (share){runs, n, epochs, batch, blocks * i / threads, blocks * (i + 1) / threads, X, rates, y, P, loss};
        if (i) pthread_create(&others[i], 0, work, &shares[i]);
    }
    work(&shares[0]);
    for (int i = 1; i < threads; i++) pthread_join(others[i], 0);
    free(rates);
}
