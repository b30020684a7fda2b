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

/* The next place each run draws below m, times 16, plus its lane. */
INLINE __m512i drawn(__m512i *state, int m) {
    __m512i s = _mm512_xor_si512(*state, _mm512_slli_epi32(*state, 13));
    s = _mm512_xor_si512(s, _mm512_srli_epi32(s, 17));
    *state = s = _mm512_xor_si512(s, _mm512_slli_epi32(s, 5));
    vec u = MUL(_mm512_cvtepi32_ps(_mm512_srli_epi32(s, 8)), SET(m * 0x1p-24f));
    const __m512i lanes = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    return _mm512_add_epi32(_mm512_slli_epi32(_mm512_cvttps_epi32(u), 4), lanes);
}

/* One point of each run forward and back: t gets d0, d1, a0, a1, the four differences, x0, x1. */
INLINE void point(const vec *P, const vec *scaled, vec x0, vec x1, __m512i y, vec *t, vec *product, vec *own) {
    vec h0 = FMA(x1, P[2], FMA(x0, P[0], P[4])), h1 = FMA(x1, P[3], FMA(x0, P[1], P[5])), z[4], q[4];
    __mmask16 on0 = _mm512_cmp_ps_mask(h0, ZERO, _CMP_GT_OQ), on1 = _mm512_cmp_ps_mask(h1, ZERO, _CMP_GT_OQ);
    vec a0 = _mm512_max_ps(h0, ZERO), a1 = _mm512_max_ps(h1, ZERO);
    for (int c = 0; c < 4; c++) z[c] = FMA(a1, scaled[4 + c], FMA(a0, scaled[c], scaled[8 + c]));
    vec m = _mm512_max_ps(_mm512_max_ps(z[0], z[1]), _mm512_max_ps(z[2], z[3]));
    for (int c = 0; c < 4; c++) {
        z[c] = SUB(z[c], m);
        q[c] = power_of_two(z[c]);
    }
    vec sum = ADD(ADD(q[0], q[1]), ADD(q[2], q[3])), r = reciprocal(sum), d0 = ZERO, d1 = ZERO;
    *product = MUL(*product, sum);
    for (int c = 0; c < 4; c++) {
        __mmask16 is = _mm512_cmpeq_epi32_mask(y, _mm512_set1_epi32(c));
        *own = _mm512_mask_add_ps(*own, is, *own, z[c]);
        q[c] = MUL(q[c], r);
        t[4 + c] = q[c] = _mm512_mask_sub_ps(q[c], is, q[c], SET(1.f));
        d0 = FMA(q[c], P[6 + c], d0);
        d1 = FMA(q[c], P[10 + c], d1);
    }
    t[0] = _mm512_maskz_mov_ps(on0, d0);
    t[1] = _mm512_maskz_mov_ps(on1, d1);
    t[2] = a0, t[3] = a1, t[8] = x0, t[9] = x1;
}

static void sixteen_runs(const share *s, int block) {
    const int n = s->n, S = s->runs;
    float X0[256], X1[256];
    int labels[256], order[256 * 16] __attribute__((aligned(64)));
    vec P[PARAMETERS], M[PARAMETERS], V[PARAMETERS], T[64][10];
    for (int i = 0; i < n; i++) {
        X0[i] = s->X[2 * i], X1[i] = s->X[2 * i + 1], labels[i] = s->y[i];
        _mm512_store_si512(order + i * 16, _mm512_set1_epi32(i));
    }
    for (int k = 0; k < PARAMETERS; k++) P[k] = _mm512_loadu_ps(s->P + (size_t)k * S + block * 16), M[k] = V[k] = ZERO;
    __m512i seeds = _mm512_setr_epi32(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16);
    seeds = _mm512_mullo_epi32(_mm512_add_epi32(_mm512_set1_epi32(block * 16), seeds), _mm512_set1_epi32(0x9E3779B1));
    const float *rate = s->rate;
    for (int e = 0; e < s->epochs; e++) {
        for (int i = n - 1; i > 0; i--) {
            __m512i j = drawn(&seeds, i + 1), kept = _mm512_load_si512(order + i * 16);
            _mm512_store_si512(order + i * 16, _mm512_i32gather_epi32(j, order, 4));
            _mm512_i32scatter_epi32(order, j, kept, 4);
        }
        vec own = ZERO, logs = ZERO, product = SET(1.f), scaled[12], G[PARAMETERS];
        for (int begin = 0; begin < n; begin += s->batch) {
            const int count = n - begin < s->batch ? n - begin : s->batch;
            for (int k = 0; k < 12; k++) scaled[k] = MUL(P[6 + k], SET(LOG2E));
            for (int i = 0; i < count; i++) {
                __m512i at = _mm512_load_si512(order + (begin + i) * 16);
                point(P, scaled, _mm512_i32gather_ps(at, X0, 4), _mm512_i32gather_ps(at, X1, 4),
                      _mm512_i32gather_epi32(at, labels, 4), T[i], &product, &own);
            }
            for (int k = 0; k < PARAMETERS; k++) G[k] = ZERO;
            for (int i = 0; i < count; i++) {
                const vec *t = T[i];
                G[0] = FMA(t[8], t[0], G[0]), G[1] = FMA(t[8], t[1], G[1]), G[2] = FMA(t[9], t[0], G[2]);
                G[3] = FMA(t[9], t[1], G[3]), G[4] = ADD(G[4], t[0]), G[5] = ADD(G[5], t[1]);
                for (int c = 0; c < 4; c++) {
                    G[6 + c] = FMA(t[2], t[4 + c], G[6 + c]);
                    G[10 + c] = FMA(t[3], t[4 + c], G[10 + c]);
                    G[14 + c] = ADD(G[14 + c], t[4 + c]);
                }
            }
            logs = ADD(logs, _mm512_getexp_ps(product));
            product = _mm512_getmant_ps(product, _MM_MANT_NORM_1_2, _MM_MANT_SIGN_zero);
            const vec step = SET(*rate++), inverse = SET(1.f / count);
            for (int k = 0; k < PARAMETERS; k++) P[k] = adam(P[k], MUL(G[k], inverse), &M[k], &V[k], step);
        }
        _mm512_storeu_ps(s->loss + (size_t)e * S + block * 16,
                         MUL(SUB(ADD(logs, log_of_two(product)), own), SET(LN2 / n)));
    }
    for (int k = 0; k < PARAMETERS; k++) _mm512_storeu_ps(s->P + (size_t)k * S + block * 16, P[k]);
}

static void *work(void *given) {
    const share *s = given;
    for (int block = s->first; block < s->last; block++) sixteen_runs(s, block);
    return 0;
}

/* n <= 256 points X (n, 2), classes y; P (18, runs): in the starts, out the ends; loss (epochs, runs). */
void train_seeds(int runs, int n, int epochs, int batch, float rate, int threads, const float *X, const uint8_t *y,
                 float *P, float *loss) {
    const int steps = epochs * ((n + batch - 1) / batch), blocks = runs / 16;
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
